import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    listen: { type: 'string' },
    jwks: { type: 'string' },
    issuer: { type: 'string' },
    statements: { type: 'string' },
    postgres: { type: 'string' },
    redis: { type: 'string' },
    pool: { type: 'string', default: '10' },
  },
});

function required(name: 'listen' | 'jwks' | 'issuer' | 'statements' | 'postgres' | 'redis'): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is needed`);
  return value;
}

const [host = '127.0.0.1', port = '3000'] = required('listen').split(':');

export const arguments_ = {
  listen: { host, port: Number(port) },
  jwks: JSON.parse(readFileSync(required('jwks'), 'utf8')),
  issuer: required('issuer'),
  postgres: required('postgres'),
  redis: required('redis'),
  /** Connections of each process. */
  pool: Number(values.pool),
};

export type StatementName = 'read' | 'list' | 'create' | 'stop' | 'report' | 'pending' | 'apply';

export function statement(name: StatementName): string {
  return readFileSync(join(required('statements'), `${name}.sql`), 'utf8');
}
