// The operations of Kronos that the benchmark measures, as an ordinary NestJS program: Express, a `pg` pool with named prepared
// statements, verified tokens cached, one process per core. The statements are those of Kronos, from files.
import 'reflect-metadata';
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { arguments_ } from './arguments.js';
import { seal } from './seal.js';

async function serve(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error', 'warn'] });
  app.disable('x-powered-by');
  // Express would hash every body for it.
  app.set('etag', false);
  app.use(seal);
  const { host, port } = arguments_.listen;
  await app.listen(port, host);
}

if (cluster.isPrimary) {
  for (let worker = 0; worker < availableParallelism(); worker += 1) {
    // One of them consumes the events.
    cluster.fork({ CONSUMER: worker === 0 ? '1' : '' });
  }
  cluster.on('exit', () => process.exit(1));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      cluster.removeAllListeners('exit');
      for (const worker of Object.values(cluster.workers ?? {})) worker?.kill();
      process.exit(0);
    });
  }
} else {
  await serve();
}
