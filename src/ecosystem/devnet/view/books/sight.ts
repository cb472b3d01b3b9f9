import type { RpcClient } from "../../../../chain/rpc/request/dispatch.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import type { ChainStatus, EcosystemStatus, MessageInfo } from "./ecosystem-info.ts";

/** A chain with a gate, which has its readers. */
export type GatedChain = Pick<DevnetChain, "chainId" | "gate">;
/** Fields of a message that decide its visibility. */
type Crossing = Pick<MessageInfo, "sourceChainId" | "destinationChainId">;

/** Chains that a client may read, whichever member it calls. */
export interface Sight {
  chain(chainId: number): boolean;
  /** A message is of both its chains. */
  message(message: Crossing): boolean;
  status(status: EcosystemStatus): EcosystemStatus;
  /** Throws RpcError SessionRequired or SessionUnknown where the client may not read the chain, or one of all. */
  require(chainId?: bigint): void;
}

export function sightOf(chains: readonly GatedChain[], client: RpcClient | undefined): Sight {
  const hidden = chains.filter(({ gate }) => !gate.mayRead(client));
  const ids = new Set(hidden.map(({ chainId }) => Number(chainId)));
  const chain = (chainId: number): boolean => !ids.has(chainId);
  const message = ({ sourceChainId, destinationChainId }: Crossing): boolean => chain(sourceChainId) && chain(destinationChainId);
  return {
    chain,
    message,
    status(status) {
      if (ids.size === 0) return status;
      return {
        ...status,
        chains: status.chains.map((each) => (chain(each.chainId) ? each : withoutWords(each))),
        messages: {
          ...status.messages,
          ready: status.messages.ready.filter(message),
          stuck: status.messages.stuck.filter(message),
        },
      };
    },
    require(chainId) {
      const [first] = hidden.filter((each) => chainId === undefined || each.chainId === chainId);
      if (first !== undefined) throw first.gate.refusal(client);
    },
  };
}

/**
 * Status with the public part, which L1 shows as well: the amounts in batches, without times. Errors as text may name
 * accounts.
 */
function withoutWords({
  fault,
  waitsFor: _waitsFor,
  stuck: _stuck,
  transactionsPerSecond: _rate,
  execution,
  ...others
}: ChainStatus): ChainStatus {
  const shown = { ...others, ...(execution === undefined ? {} : { execution: withoutDetails(execution) }) };
  return fault === undefined ? shown : { ...shown, fault: "the chain is paused; its readers get the reason" };
}

/** A reason's detail may name what a transaction did. */
function withoutDetails(execution: NonNullable<ChainStatus["execution"]>): NonNullable<ChainStatus["execution"]> {
  const unproven = execution.unproven.map((each) => ({ ...each, detail: "only the chain's readers get details" }));
  return { ...execution, unproven };
}
