import { addressWord, bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { hashTag, keccak, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/** Domain tag of a name's announcement. */
const NAME_TAG = hashTag("hyperchain.name-announcement.v1");

/** A name that an account means to take in L1's registry of names. */
export interface NameAnnouncement {
  readonly l1ChainId: ChainId;
  /** The registry's address. */
  readonly registry: Hex;
  /** The account that takes it. */
  readonly owner: Hex;
  readonly chainId: ChainId;
  readonly label: string;
  /** The account for which the name stands; 0 for the label of the chain itself. */
  readonly account: Hex;
  /** 32 bytes. */
  readonly secret: Hex;
}

/** Hash that is published before a name is taken; `HyperchainNames.announcementOf`. Throws WordError or HexError. */
export function hashNameAnnouncement(announcement: NameAnnouncement): Hex {
  const { l1ChainId, registry, owner, chainId, label, account, secret } = announcement;
  return keccakOfWords([
    bytesWord(NAME_TAG),
    uintWord(l1ChainId),
    addressWord(registry),
    addressWord(owner),
    uintWord(chainId),
    bytesWord(keccak(new TextEncoder().encode(label))),
    addressWord(account),
    bytesWord(secret),
  ]);
}
