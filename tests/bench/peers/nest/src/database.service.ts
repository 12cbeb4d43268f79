import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { type StatementName, arguments_, statement } from './arguments.js';

export type Value = string | number | boolean | null;

/** The pool, and the statements as named prepared ones. */
@Injectable()
export class DatabaseService implements OnModuleDestroy {
  private readonly pool = new pg.Pool({ connectionString: arguments_.postgres, max: arguments_.pool });
  private readonly texts = new Map<StatementName, string>();

  async rows(name: StatementName, values: Value[]): Promise<Record<string, never>[]> {
    let text = this.texts.get(name);
    if (text === undefined) {
      text = statement(name);
      this.texts.set(name, text);
    }
    return (await this.pool.query({ name, text, values })).rows;
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.end();
  }
}
