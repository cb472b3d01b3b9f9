import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { createTransactor } from "../../../src/settlement/l1-sender/transactor.ts";
import type { TransactorOptions } from "../../../src/settlement/l1-sender/transactor.ts";
import type { SenderContext } from "../../../src/settlement/l1-sender/sender-context.ts";
import type { SettledChain } from "./settled-l1.ts";

/** What a chain's stages share, with a clock that does not wait. */
export function senderContext(
  chain: SettledChain,
  signer: HardhatEthersSigner,
  overrides: Partial<SenderContext> = {},
  options: TransactorOptions = {},
): SenderContext {
  const delay = overrides.delay ?? (() => Promise.resolve());
  return {
    provider: signer.provider!,
    transactor: createTransactor(options, { signer, delay }),
    hyperchain: chain.contract.hyperchain,
    settlementChainId: chain.contract.settlementChainId,
    fromBlock: chain.created.fromBlock,
    delay,
    onBroadcast: () => Promise.resolve(),
    ...overrides,
  };
}
