// Access tokens by the rules of Kronos (RFC 9068). `@nestjs/jwt` and `passport-jwt` stand on a library that cannot verify EdDSA, so
// the guard uses `jose`. A token that was seen before costs a hash.
import { createHash } from 'node:crypto';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  SetMetadata,
  UnauthorizedException,
  createParamDecorator,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { arguments_ } from './arguments.js';

export interface Caller {
  user: string;
  scopes: string[];
  expiresAt: number;
}

type Authenticated = Request & { caller: Caller };

const REMEMBERED = 10_000;
const LEEWAY = 30;

/** The scope that an operation requires. */
export const Scope = (scope: string) => SetMetadata('scope', scope);

/** Who is calling. */
export const CurrentCaller = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Caller => context.switchToHttp().getRequest<Authenticated>().caller,
);

@Injectable()
export class AuthGuard implements CanActivate {
  private readonly keys = createLocalJWKSet(arguments_.jwks);
  private readonly seen = new Map<string, Caller>();

  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const scope = this.reflector.get<string | undefined>('scope', context.getHandler());
    if (scope === undefined) return true;
    const request = context.switchToHttp().getRequest<Authenticated>();
    const caller = await this.authenticate(request.headers.authorization);
    if (!caller.scopes.includes(scope) && !caller.scopes.includes('api')) throw new ForbiddenException();
    request.caller = caller;
    return true;
  }

  private async authenticate(authorization: string | undefined): Promise<Caller> {
    if (authorization === undefined) throw new UnauthorizedException();
    const digest = createHash('sha256').update(authorization).digest('base64');
    const known = this.seen.get(digest);
    if (known !== undefined && Date.now() / 1000 < known.expiresAt) return known;
    const caller = await this.verify(authorization);
    if (this.seen.size >= REMEMBERED) this.seen.clear();
    this.seen.set(digest, caller);
    return caller;
  }

  private async verify(authorization: string): Promise<Caller> {
    const [scheme, token, ...rest] = authorization.split(' ');
    if (scheme !== 'Bearer' || token === undefined || rest.length > 0) throw new UnauthorizedException();
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: ['EdDSA'],
        issuer: arguments_.issuer,
        audience: arguments_.issuer,
        typ: 'at+jwt',
        clockTolerance: LEEWAY,
        requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
      });
      const scope = typeof payload['scope'] === 'string' ? payload['scope'] : '';
      return { user: payload.sub ?? '', scopes: scope.split(' '), expiresAt: payload.exp ?? 0 };
    } catch {
      throw new UnauthorizedException();
    }
  }
}
