// Events into the read model, with a doorbell and a sweep, as Kronos does it.
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { arguments_ } from './arguments.js';
import { DatabaseService } from './database.service.js';

const CHANNEL = 'kronos.outbox';
const BATCH = 500;
const SWEEP_MS = 1000;

@Injectable()
export class EventsService implements OnModuleInit {
  private readonly logger = new Logger(EventsService.name);
  private readonly redis = new Redis(arguments_.redis);
  private applying = false;
  private rung = false;

  constructor(private readonly database: DatabaseService) {}

  async onModuleInit(): Promise<void> {
    if (!process.env['CONSUMER']) return;
    const subscriber = new Redis(arguments_.redis);
    subscriber.on('message', () => void this.apply());
    await subscriber.subscribe(CHANNEL);
    setInterval(() => void this.apply(), SWEEP_MS).unref();
  }

  /** Tells the consumer that there are new events; the answer to the client does not wait for it. */
  ring(): void {
    this.redis.publish(CHANNEL, '').catch((error: unknown) => this.logger.warn(`cannot ring the doorbell: ${error}`));
  }

  private async apply(): Promise<void> {
    this.rung = true;
    if (this.applying) return;
    this.applying = true;
    try {
      while (this.rung) {
        this.rung = false;
        while (await this.pending()) await this.database.rows('apply', [BATCH]);
      }
    } catch (error) {
      this.logger.warn(`cannot apply events: ${error}`);
    } finally {
      this.applying = false;
    }
  }

  private async pending(): Promise<boolean> {
    const [row] = await this.database.rows('pending', ['reports']);
    return row !== undefined && Object.values(row)[0] === true;
  }
}
