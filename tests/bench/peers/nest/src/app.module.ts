import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard } from './auth.guard.js';
import { DatabaseService } from './database.service.js';
import { EventsService } from './events.service.js';
import { HelloController } from './hello.controller.js';
import { ReportsController } from './reports.controller.js';
import { TimeEntriesController } from './time-entries.controller.js';

@Module({
  controllers: [HelloController, ReportsController, TimeEntriesController],
  providers: [DatabaseService, EventsService, { provide: APP_GUARD, useClass: AuthGuard }],
})
export class AppModule {}
