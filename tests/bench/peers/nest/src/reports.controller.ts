import { Controller, Get, NotFoundException, Param, ParseUUIDPipe, Query, UnprocessableEntityException } from '@nestjs/common';
import { DateTime } from 'luxon';
import { type Caller, CurrentCaller, Scope } from './auth.guard.js';
import { DatabaseService } from './database.service.js';
import { micros } from './time-entry.js';

const MAX_DAYS = 400;

interface Sum {
  seconds: string | null;
  cost: string;
  key: string | null;
}

/** The days that a range touches, the first and the last one clipped to it. */
function days(start: number, end: number, zone: string): [string, number, number][] {
  const buckets: [string, number, number][] = [];
  let from = DateTime.fromMillis(start / 1000, { zone });
  if (!from.isValid) throw new UnprocessableEntityException('time_zone is invalid');
  while (from.toMillis() * 1000 < end) {
    if (buckets.length === MAX_DAYS) throw new UnprocessableEntityException('end is invalid');
    const midnight = from.plus({ days: 1 }).startOf('day');
    const until = Math.min(midnight.toMillis() * 1000, end);
    buckets.push([from.toISODate() ?? '', from.toMillis() * 1000, until]);
    from = midnight;
  }
  return buckets;
}

@Controller('api/v1/organizations/:organization/reports')
export class ReportsController {
  constructor(private readonly database: DatabaseService) {}

  @Get('summary')
  @Scope('reports:read')
  async summary(
    @CurrentCaller() caller: Caller,
    @Param('organization', ParseUUIDPipe) organization: string,
    @Query() query: Record<string, string>,
  ): Promise<unknown> {
    const [start, end] = [micros(query['start']), micros(query['end'])];
    if (start === undefined || end === undefined || end < start) throw new UnprocessableEntityException('range is invalid');
    const group = query['group'] ?? '';
    const by = { day: 'bucket', project: 'project', member: 'member' }[group];
    if (by === undefined) throw new UnprocessableEntityException('group is invalid');
    const buckets = group === 'day' ? days(start, end, query['time_zone'] ?? 'UTC') : [['', start, end]];
    const values = [organization, caller.user, JSON.stringify(buckets), by];
    const rows = (await this.database.rows('report', values)) as unknown as Sum[];
    if (rows.length === 0) throw new NotFoundException();
    const grouped_data = rows
      .filter((row) => row.seconds !== null)
      .map((row) => ({ key: row.key, seconds: Number(row.seconds), cost: Number(row.cost) }))
      .sort((a, b) => Number(a.key === null) - Number(b.key === null) || ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
    const total = (of: 'seconds' | 'cost') => grouped_data.reduce((sum, row) => sum + row[of], 0);
    return { data: { grouped_type: group, grouped_data, seconds: total('seconds'), cost: total('cost') } };
  }
}
