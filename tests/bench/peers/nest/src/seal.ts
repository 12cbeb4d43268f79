// What every answer bears, and the request id.
import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const FIELDS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function seal(request: Request, response: Response, next: NextFunction): void {
  const given = request.header('x-request-id');
  response.set(FIELDS);
  response.set('x-request-id', given && /^[\w.-]{1,128}$/.test(given) ? given : randomBytes(16).toString('hex'));
  next();
}
