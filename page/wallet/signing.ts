import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import { useEcosystem } from "../ecosystem.ts";
import { RpcFailure } from "../rpc.ts";
import { carryOut, type Step, type WalletRequest } from "./carry-out.ts";
import type { Signer } from "./signer.ts";
import type { Wallet } from "./wallets.ts";

/** The account that acts on all pages, as the wallet page chooses it. */
export interface Signing {
  readonly signer: Signer | undefined;
  /** Undefined where the ecosystem signs. */
  readonly wallet: Wallet | undefined;
  connect(signer: Signer, wallet: Wallet | undefined): void;
}

export const SigningContext = createContext<Signing>({ signer: undefined, wallet: undefined, connect: () => undefined });

export function useSigning(): Signing {
  return useContext(SigningContext);
}

/** State of a request. */
export interface Carried {
  readonly steps: readonly Step[];
  readonly state: "running" | "done" | "failed";
  readonly reason?: string;
  readonly request: WalletRequest;
  /** Nothing was signed, since a contract would refuse it. */
  readonly wouldRevert: boolean;
}

/** Processes one request at a time for the account of the reader. */
export interface Carrying {
  /** Undefined before the first. */
  readonly carried: Carried | undefined;
  readonly isBusy: boolean;
  /** Executes requests in sequence, up to the first refused one. Does nothing where no account acts. */
  start(...requests: readonly [WalletRequest, ...WalletRequest[]]): void;
}

export function useCarrying(): Carrying {
  const { info } = useEcosystem();
  const { signer } = useSigning();
  const [carried, setCarried] = useState<Carried>();
  return {
    carried,
    isBusy: carried?.state === "running",
    start(...requests) {
      if (signer === undefined) return;
      let steps: readonly Step[] = [];
      let [request] = requests;
      const tell = (state: Carried["state"], error?: unknown): void =>
        setCarried({
          ...{ steps, state, request },
          wouldRevert: error instanceof RpcFailure && error.reason === "Refused",
          ...(error === undefined ? {} : { reason: reasonOf(error) }),
        });
      const carryOutAll = async (): Promise<void> => {
        for (const next of requests) {
          const before = steps;
          request = next;
          tell("running");
          await carryOut(signer, next, info, (now) => {
            steps = [...before, ...now];
            tell("running");
          });
        }
      };
      carryOutAll().then(
        () => tell("done"),
        (error: unknown) => tell("failed", error),
      );
    },
  };
}

/** Wallets reject with plain objects. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
  if (code === 4001) return "it was refused in the wallet";
  return typeof message === "string" && message !== "" ? message : String(error);
}
