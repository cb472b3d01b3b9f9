import type { AccessList } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";

/** Call by an account of the relayer. */
export interface OwnCall {
  readonly to: Hex;
  readonly data: Hex;
  /** Coins that go with it. Default: none. */
  readonly value?: bigint;
  /** Slots that it reads as if it had read them before. Default: none. */
  readonly accessList?: AccessList;
  /** More is not paid for. Default: what a transaction can have. */
  readonly maxGas?: bigint;
  /** Gas that certainly suffices, if known: then no node searches for it. */
  readonly gas?: bigint;
}
