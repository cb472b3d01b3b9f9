import { AsyncLocalStorage } from "node:async_hooks";
import type { HookContext } from "hardhat/types/hooks";
import type { ChainType, NetworkConnection } from "hardhat/types/network";
import { NamedError } from "../../../ground/errors/named-error.ts";

type Connection = NetworkConnection<ChainType | string>;

/** Alternative behavior of this plugin's handler, in place of its work. */
type Stage = { readonly ends: true } | { readonly beginsWith: Connection };

/**
 * A run of the plugins' `newConnection` handlers that is to go a part of the way. Handlers are nested, and each adds itself
 * to the connection that the next one gives it; some refuse one that they have added themselves to already (Hardhat
 * Ignition: HHE10119). Where this plugin's handler gives the outer ones another connection than it got, that one must have
 * the inner ones' additions only, and the one that it got lacks the outer ones'.
 */
const stages = new AsyncLocalStorage<{ stage: Stage | undefined }>();

/** Ends a run on its way out, with what the inner handlers have made. */
class InnerHandlersDone extends NamedError<"InnerHandlersDone"> {
  override readonly name = "InnerHandlersDone";
  readonly connection: Connection;

  constructor(connection: Connection) {
    super("InnerHandlersDone", "the handlers around this plugin's own must not see this connection yet");
    this.connection = connection;
  }
}

/**
 * Connection that `connect` makes, with the additions of the plugins inside this one only. `connect` runs the
 * handlers.
 */
export async function withInnerHandlers<Made extends Connection>(connect: () => Promise<Made>): Promise<Made> {
  try {
    await stages.run({ stage: { ends: true } }, connect);
  } catch (error) {
    if (error instanceof InnerHandlersDone) return error.connection as Made;
    throw error;
  }
  throw new Error("a plugin has made a connection without asking the others");
}

/** Adds the plugins around this one to the connection. */
export async function addOuterHandlers({ hooks }: HookContext, connection: Connection): Promise<void> {
  await stages.run({ stage: { beginsWith: connection } }, () =>
    hooks.runHandlerChain("network", "newConnection", [], () =>
      Promise.reject(new Error("this plugin's handler gives the connection")),
    ),
  );
}

/** This plugin's part in such a run: undefined where the run is an ordinary one. `next` runs the inner handlers. */
export async function partOfRun<Made>(next: () => Promise<Made>): Promise<Made | undefined> {
  const run = stages.getStore();
  const stage = run?.stage;
  if (run === undefined || stage === undefined) return undefined;
  // Connections that a handler makes meanwhile are ordinary ones.
  run.stage = undefined;
  if ("beginsWith" in stage) return stage.beginsWith as Made;
  throw new InnerHandlersDone((await next()) as Connection);
}
