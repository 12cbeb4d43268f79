// Between rows and the answers of the API.
export interface Row {
  id: string;
  organization_id: string;
  member_id: string;
  user_id: string;
  start_at: string;
  end_at: string | null;
  time_zone: string;
  description: string;
  billable: boolean;
  billable_rate: string | null;
  currency: string;
  source: string;
  version: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
}

export type TimeEntry = ReturnType<typeof timeEntry>;

/** Microseconds, which `pg` reads as text because they exceed 32 bits, as RFC 3339 with whole seconds. */
function instant(micros: string): string {
  return `${new Date(Math.floor(Number(micros) / 1000)).toISOString().slice(0, 19)}Z`;
}

function optionalInstant(micros: string | null): string | null {
  return micros === null ? null : instant(micros);
}

export function timeEntry(row: Row) {
  return {
    id: row.id,
    organization_id: row.organization_id,
    member_id: row.member_id,
    user_id: row.user_id,
    start: instant(row.start_at),
    end: optionalInstant(row.end_at),
    time_zone: row.time_zone,
    duration: row.end_at === null ? null : (Number(row.end_at) - Number(row.start_at)) / 1e6,
    break_seconds: 0,
    type: 'work',
    description: row.description,
    project_id: null,
    task_id: null,
    client_id: null,
    tags: [],
    billable: row.billable,
    billable_rate: row.billable_rate === null ? null : Number(row.billable_rate),
    cost_rate: null,
    currency: row.currency,
    approval_status: 'open',
    locked_reason: null,
    invoiced_at: null,
    source: row.source,
    version: Number(row.version),
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
    deleted_at: optionalInstant(row.deleted_at),
  };
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** RFC 3339 as microseconds of whole seconds; undefined when it is none. */
export function micros(text: unknown): number | undefined {
  if (typeof text !== 'string' || !RFC_3339.test(text)) return undefined;
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : Math.floor(millis / 1000) * 1_000_000;
}
