import { createHash } from 'node:crypto';
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Res,
  UnprocessableEntityException,
} from '@nestjs/common';
import type { Response } from 'express';
import { IANAZone } from 'luxon';
import { v7 as uuidv7, validate } from 'uuid';
import { type Caller, CurrentCaller, Scope } from './auth.guard.js';
import { DatabaseService, type Value } from './database.service.js';
import { EventsService } from './events.service.js';
import { type Row, type TimeEntry, micros, timeEntry } from './time-entry.js';

const MAX_PAGE = 500;
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const MAX_BIGINT = '9223372036854775807';
const zones = new Map<string, boolean>();

function isZone(name: unknown): name is string {
  if (typeof name !== 'string') return false;
  let known = zones.get(name);
  if (known === undefined) {
    known = IANAZone.isValidZone(name);
    zones.set(name, known);
  }
  return known;
}

function invalid(field: string): UnprocessableEntityException {
  return new UnprocessableEntityException(`${field} is invalid`);
}

function optional<T>(value: unknown, field: string, parse: (value: unknown) => T | undefined): T | null {
  if (value === undefined || value === null) return null;
  const parsed = parse(value);
  if (parsed === undefined) throw invalid(field);
  return parsed;
}

const uuid = (value: unknown) => (typeof value === 'string' && validate(value) ? value : undefined);
const text = (value: unknown) => (typeof value === 'string' && value.length <= 5000 ? value : undefined);
const boolean = (value: unknown) => (typeof value === 'boolean' ? value : undefined);
const zone = (value: unknown) => (isZone(value) ? value : undefined);

@Controller('api/v1/organizations/:organization/time-entries')
export class TimeEntriesController {
  constructor(
    private readonly database: DatabaseService,
    private readonly events: EventsService,
  ) {}

  @Get(':entry')
  @Scope('time-entries:read')
  async read(
    @CurrentCaller() caller: Caller,
    @Param('organization', ParseUUIDPipe) organization: string,
    @Param('entry', ParseUUIDPipe) entry: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ data: TimeEntry }> {
    const rows = await this.database.rows('read', [organization, caller.user, entry]);
    return this.one(rows, response);
  }

  @Get()
  @Scope('time-entries:read')
  async list(
    @CurrentCaller() caller: Caller,
    @Param('organization', ParseUUIDPipe) organization: string,
    @Query('limit') given?: string,
  ): Promise<unknown> {
    const limit = Number(given ?? 100);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw invalid('limit');
    const filter: Value[] = [0, MAX_BIGINT, null, null, false, null, MAX_BIGINT, LAST_ID, limit + 1, 0];
    const rows = await this.database.rows('list', [organization, caller.user, ...filter]);
    if (rows.length === 0) throw new NotFoundException();
    const entries = (rows as unknown as Row[]).filter((row) => row.id !== null);
    const more = entries.length > limit;
    const page = entries.slice(0, limit);
    const last = page.at(-1);
    const next_cursor = more && last !== undefined ? `d${(Number(last.start_at) / 1e6).toString(16)}.${last.id}` : null;
    return { data: page.map(timeEntry), meta: { next_cursor } };
  }

  @Post()
  @Scope('time-entries:write')
  async create(
    @CurrentCaller() caller: Caller,
    @Param('organization', ParseUUIDPipe) organization: string,
    @Body() body: Record<string, unknown>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ data: TimeEntry }> {
    const now = Date.now();
    const start = optional(body['start'], 'start', micros) ?? Math.floor(now / 1000) * 1_000_000;
    const end = optional(body['end'], 'end', micros);
    if (end !== null && end < start) throw invalid('end');
    const description = optional(body['description'], 'description', text) ?? '';
    const folded = description.toLowerCase();
    const values: Value[] = [
      optional(body['id'], 'id', uuid) ?? uuidv7(),
      optional(body['member_id'], 'member_id', uuid),
      start,
      end,
      optional(body['time_zone'], 'time_zone', zone),
      description,
      folded === description ? null : folded,
      optional(body['billable'], 'billable', boolean) ?? false,
      null,
      'api',
      createHash('sha256').update(JSON.stringify(body)).digest('hex'),
      null,
      null,
    ];
    const rows = await this.database.rows('create', [organization, caller.user, ...values]);
    const created = this.one(rows, response);
    this.events.ring();
    response.set('location', `/api/v1/organizations/${organization}/time-entries/${created.data.id}`);
    return created;
  }

  @Post(':entry/stop')
  @HttpCode(200)
  @Scope('time-entries:write')
  async stop(
    @CurrentCaller() caller: Caller,
    @Param('organization', ParseUUIDPipe) organization: string,
    @Param('entry', ParseUUIDPipe) entry: string,
    @Body() body: Record<string, unknown> | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ data: TimeEntry }> {
    if (body !== undefined && typeof body !== 'object') throw new BadRequestException();
    const end = optional(body?.['end'], 'end', micros) ?? Math.floor(Date.now() / 1000) * 1_000_000;
    const changes: Value[] = [null, end, null, null, null, null, false, null, true, null, true, null, null, null, null];
    const rows = await this.database.rows('stop', [organization, caller.user, entry, ...changes]);
    const stopped = this.one(rows, response);
    this.events.ring();
    return stopped;
  }

  private one(rows: unknown[], response: Response): { data: TimeEntry } {
    const [row] = rows as Row[];
    if (row === undefined) throw new NotFoundException();
    response.set('etag', `"${row.version}"`);
    return { data: timeEntry(row) };
  }
}
