import { REVERTED } from "../../rpc/calls/call-outcome.ts";
import type { RpcMethods } from "../../rpc/request/dispatch.ts";
import { RpcError } from "../../rpc/request/json-rpc.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Custom error that revert data hold, such as `Odd(3)`; undefined if no known contract has it. */
export type CustomErrorText = (data: Hex) => Promise<string | undefined>;

/** Text of Hardhat's engine for an error that no contract of the project has. */
const UNNAMED = /reverted with an unrecognized custom error \(return data: (0x[0-9a-f]*)\)/;

/** Methods whose errors name the custom error with which a call reverted, with its arguments. */
export function withNamedReverts(methods: RpcMethods, customError: CustomErrorText): RpcMethods {
  return {
    get(name) {
      const method = methods.get(name);
      if (method === undefined) return undefined;
      return async (params, client) => {
        try {
          const result = await method(params, client);
          if (name === "eth_simulateV1") await nameSimulated(result, customError);
          return result;
        } catch (error) {
          if (error instanceof Error) await nameRevert(error, customError);
          throw error;
        }
      };
    },
  };
}

/** Names the custom error in an error's message and stack, as Hardhat's node does. Leaves any other error unchanged. */
export async function nameRevert(error: Error, customError: CustomErrorText): Promise<void> {
  const { message, stack } = error;
  const named = await namedMessage(message, error instanceof RpcError ? error.data : undefined, customError);
  if (named === undefined) return;
  error.message = named;
  // A stack begins with the message.
  if (stack !== undefined) error.stack = stack.replace(message, () => named);
}

async function namedMessage(message: string, data: unknown, customError: CustomErrorText): Promise<string | undefined> {
  const unnamed = UNNAMED.exec(message)?.[1];
  const reverted = unnamed ?? (message === REVERTED ? data : undefined);
  // The revert is the answer also if no contract can be read.
  const text = typeof reverted === "string" ? await customError(reverted as Hex).catch(() => undefined) : undefined;
  if (text === undefined) return undefined;
  const named = `reverted with custom error '${text}'`;
  return unnamed === undefined ? `execution ${named}` : message.replace(UNNAMED, () => named);
}

interface SimulatedCall {
  readonly error?: { message: string; readonly data?: unknown };
}

/** A simulation succeeds with the errors of its calls. */
async function nameSimulated(blocks: unknown, customError: CustomErrorText): Promise<void> {
  for (const { calls } of blocks as readonly { readonly calls: readonly SimulatedCall[] }[])
    for (const { error } of calls)
      if (error !== undefined) error.message = (await namedMessage(error.message, error.data, customError)) ?? error.message;
}
