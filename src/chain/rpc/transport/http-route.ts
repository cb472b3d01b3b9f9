import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RpcClient } from "../request/dispatch.ts";
import { RpcCode, RpcError, type RpcErrorBody, type RpcResponse } from "../request/json-rpc.ts";

/** A method of JSON-RPC and its parameters. */
type RpcCall = readonly [method: string, ...params: unknown[]];

/** Makes calls for a client, within its bounds; results in the calls' order. Rejects with RpcError for the first that fails. */
export type AnswerCalls = (...calls: readonly RpcCall[]) => Promise<readonly unknown[]>;

export interface RouteRequest {
  /** The path's named parts, decoded. */
  readonly path: Readonly<Record<string, string>>;
  /** One given several times is a list. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly ask: AnswerCalls;
  readonly client: RpcClient;
}

export interface RouteAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Path that a server answers besides JSON-RPC. */
export interface HttpRoute {
  readonly method: "GET" | "POST";
  /** Named parts begin with a colon. */
  readonly path: string;
  /** Never rejects. */
  answer(request: RouteRequest): Promise<RouteAnswer>;
}

/** Answers a body of JSON-RPC for the client of a request. */
type AnswerBody = (body: string) => Promise<string>;

/** Every request passes the same checks, and every call the same bounds, as JSON-RPC. */
export function addRoutes(
  http: FastifyInstance,
  routes: readonly HttpRoute[],
  clientOf: (request: FastifyRequest) => RpcClient,
  answerFor: (client: RpcClient) => AnswerBody,
): void {
  for (const { method, path, answer } of routes) {
    http.route({
      method,
      url: path,
      handler: async (request, reply) => {
        const client = clientOf(request);
        const { status, body, headers } = await answer({
          path: request.params as Record<string, string>,
          query: request.query as Record<string, unknown>,
          body: typeof request.body === "string" ? request.body : "",
          ask: asking(answerFor(client)),
          client,
        });
        return reply
          .code(status)
          .headers(headers ?? {})
          .type("application/json")
          .send(JSON.stringify(body));
      },
    });
  }
}

function asking(answer: AnswerBody): AnswerCalls {
  return async (...calls) => {
    const requests = calls.map(([method, ...params], id) => ({ jsonrpc: "2.0", id, method, params }));
    const answers = JSON.parse(await answer(JSON.stringify(requests))) as RpcResponse | readonly RpcResponse[];
    // One error for all of them where there is no place for them.
    if (!Array.isArray(answers)) throw errorOf(answers as RpcResponse);
    const failed = (answers as readonly RpcResponse[]).find((each) => "error" in each);
    if (failed !== undefined) throw errorOf(failed);
    return (answers as readonly { readonly result: unknown }[]).map(({ result }) => result);
  };
}

function errorOf(response: RpcResponse): RpcError {
  const error: RpcErrorBody = "error" in response ? response.error : { code: RpcCode.internal, message: "internal error" };
  return new RpcError(error.code, error.message, error.data);
}
