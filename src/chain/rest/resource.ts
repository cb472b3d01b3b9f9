import type { HttpRoute, RouteAnswer, RouteRequest } from "../rpc/transport/http-route.ts";
import type { SchemaName } from "./schemas.ts";

export interface Parameter {
  readonly name: string;
  readonly description: string;
}

/** A resource: how it is asked for, answered and described. */
export interface Resource {
  readonly method: HttpRoute["method"];
  /** Named parts begin with a colon. */
  readonly path: string;
  readonly summary: string;
  /** The path's named parts, in order. */
  readonly parts: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly body?: SchemaName;
  readonly answers: Readonly<Record<number, readonly [what: string, schema: SchemaName]>>;
  answer(request: RouteRequest): Promise<RouteAnswer>;
}
