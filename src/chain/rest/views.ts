import type { RouteAnswer, RouteRequest } from "../rpc/transport/http-route.ts";
import { memberOf } from "./json-body.ts";
import { errorAnswer, invalid } from "./rest-error.ts";

/** `GET /views/:sender/:data`, by ERC-3668. Never rejects. */
export function viewByPath(request: RouteRequest): Promise<RouteAnswer> {
  return answered(async () => view(request, request.path["sender"], request.path["data"]));
}

/** `POST /views`, as ERC-3668's clients ask where the gateway's URL names no `{data}`. Never rejects. */
export function viewByBody(request: RouteRequest): Promise<RouteAnswer> {
  const member = (name: string): unknown => memberOf(request.body, name, '{"sender": "0x…", "data": "0x…"}');
  return answered(async () => view(request, member("sender"), member("data")));
}

async function view({ ask }: RouteRequest, sender: unknown, data: unknown): Promise<RouteAnswer> {
  for (const [name, value] of Object.entries({ sender, data }))
    if (typeof value !== "string" || !/^0x([0-9a-fA-F]{2})+$/.test(value)) throw invalid(name, value, "in hexadecimal digits");
  const [chainId] = await ask(["eth_chainId"]);
  const [shown] = await ask(["hyperchain_lookUp", chainId, sender, data]);
  return { status: 200, body: { data: shown } };
}

/** ERC-3668's clients look for the reason in `message`. */
async function answered(answer: () => Promise<RouteAnswer>): Promise<RouteAnswer> {
  try {
    return await answer();
  } catch (failure) {
    const { status, body } = errorAnswer(failure);
    return { status, body: { ...body, message: body.error.message } };
  }
}
