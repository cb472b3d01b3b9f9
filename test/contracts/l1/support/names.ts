import { AbiCoder, ZeroAddress, type BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { fromHex, keccak, wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { as, creationOf, defaultConfiguration, deployEcosystem, hexAddress, send, view, type Ecosystem } from "./ecosystem.ts";

export const REVEAL_DELAY = 60n;
export const DAY = 86_400n;

/** Registry of names, with an ecosystem with two chains, 271 and 272, whose admins are the accounts 1 and 2. */
export interface NamesWorld {
  readonly ecosystem: Ecosystem;
  readonly names: BaseContract;
  readonly users: readonly HardhatEthersSigner[];
  by(user: number, name: string, ...args: unknown[]): ReturnType<typeof send>;
  view<T>(name: string, ...args: unknown[]): Promise<T>;
  /** The next block's time. */
  at(time: bigint): Promise<void>;
  /**
   * Announces a name from an account; returns the time of the announcement. `account` is the zero address for a chain's
   * label.
   */
  announcement(user: number, chainId: bigint, label: string, account: string, secret?: Hex): Promise<Hex>;
  announce(user: number, chainId: bigint, label: string, account: string): Promise<bigint>;
  nameChain(user: number, chainId: bigint, label: string): ReturnType<typeof send>;
  nameAccount(user: number, chainId: bigint, label: string, account: string): ReturnType<typeof send>;
}

export const SECRET = wordToHex(77n);

export async function startNamesWorld(revealDelay = REVEAL_DELAY): Promise<NamesWorld> {
  const ecosystem = await deployEcosystem(revealDelay);
  const users = ecosystem.accounts;
  const at = (time: bigint) => ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(time)]) as Promise<void>;
  for (const [admin, chainId] of [
    [1, 271n],
    [2, 272n],
  ] as const) {
    const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), admin: users[admin]!.address };
    const { announcement, creation } = creationOf(ecosystem, users[0]!.address, configuration);
    await send(ecosystem.factory, "announceChain", announcement);
    await at((await view<bigint>(ecosystem.factory, "announcedAt", announcement)) + revealDelay);
    await send(ecosystem.factory, "createChain", ...creation);
  }
  const names = await ecosystem.l1.deploy("HyperchainNames", await hexAddress(ecosystem.factory));
  const by = (user: number, name: string, ...args: unknown[]) => send(as(names, users[user]!), name, ...args);
  const world: NamesWorld = {
    ...{ ecosystem, names, users, by, at },
    view: (name, ...args) => view(names, name, ...args),
    async announcement(user, chainId, label, account, secret = SECRET) {
      const tag = keccak(new TextEncoder().encode("hyperchain.name-announcement.v1"));
      const labelHash = keccak(new TextEncoder().encode(label));
      const types = ["bytes32", "uint256", "address", "address", "uint256", "bytes32", "address", "bytes32"];
      const values = [tag, ecosystem.chainId, await hexAddress(names), users[user]!.address, chainId, labelHash, account, secret];
      return keccak(fromHex(AbiCoder.defaultAbiCoder().encode(types, values) as Hex));
    },
    async announce(user, chainId, label, account) {
      const announcement = await world.announcement(user, chainId, label, account);
      await by(user, "announceName", announcement);
      return view<bigint>(names, "announcedAt", announcement);
    },
    async nameChain(user, chainId, label) {
      await at((await world.announce(user, chainId, label, ZeroAddress)) + revealDelay);
      return by(user, "nameChain", chainId, label, SECRET);
    },
    async nameAccount(user, chainId, label, account) {
      await at((await world.announce(user, chainId, label, account)) + revealDelay);
      return by(user, "nameAccount", chainId, label, account, SECRET);
    },
  };
  return world;
}
