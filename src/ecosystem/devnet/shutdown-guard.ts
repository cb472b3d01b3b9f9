import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

/**
 * The ecosystem was closed before it had answered.
 * Remedy: send the request to an ecosystem that runs; open a new connection.
 */
export class EcosystemClosedError extends HyperchainError<"EcosystemClosed"> {
  override readonly name = "EcosystemClosedError";

  constructor(cause?: unknown) {
    super("EcosystemClosed", "the ecosystem was closed before this was answered", { cause });
  }
}

/** Flag of a shutdown, for operations that would otherwise fail because parts have ended. */
interface ShutdownGuard {
  /** From now on everything that is cut off says why. */
  end(): void;
  /** The functions; what they reject with after the end is EcosystemClosedError. */
  cutOff<Functions extends { readonly [Name in keyof Functions]: (...args: never[]) => Promise<unknown> }>(
    functions: Functions,
  ): Functions;
}

export function createShutdownGuard(): ShutdownGuard {
  let isOver = false;
  function cutOffOne<Args extends never[], Result>(work: (...args: Args) => Promise<Result>): (...args: Args) => Promise<Result> {
    return async (...args) => {
      if (isOver) throw new EcosystemClosedError();
      try {
        return await work(...args);
      } catch (error) {
        throw isOver ? new EcosystemClosedError(error) : error;
      }
    };
  }
  return {
    end: () => void (isOver = true),
    cutOff: <Functions extends object>(functions: Functions) =>
      Object.fromEntries(
        Object.entries<(...args: never[]) => Promise<unknown>>(functions as never).map(([name, work]) => [name, cutOffOne(work)]),
      ) as Functions,
  };
}
