import {
  AbiCoder,
  concat,
  Contract,
  hexlify,
  toUtf8Bytes,
  ZeroAddress,
  type ContractTransactionReceipt,
  type Signer,
} from "ethers";
import type { BridgeName } from "../../../src/ecosystem/options/bridges.ts";
import { byNight } from "../../support/nightly.ts";
import { CCIP_DAPP } from "./ccip-dapp.ts";
import { compileDapp, DAPP } from "./dapp.ts";
import { SUPERCHAIN_DAPP } from "./superchain-dapp.ts";
import { HYPERLANE_DAPP } from "./warp-routes.ts";
import { options, send, sendWord, word } from "./world.ts";

/** The other end of a contract that sends. */
export interface FarEnd {
  /** The bridge's own number of its member. */
  readonly id: number | string;
  readonly contract: Contract;
}

/**
 * A dapp of a bridge that sends texts, in its own project. Its contract has `refuse(bool)`, has `received()` count, and sends
 * with what it is quoted.
 */
export interface Courier {
  readonly name: BridgeName;
  readonly project: string;
  readonly contract: string;
  /** Functions of that contract that tests call. */
  readonly abi: readonly string[];
  /** Contract of the bridge with which the dapp is created. */
  readonly entry: "endpoint" | "mailbox" | "router" | "messenger";
  /** True if L1 is not in its bridge. */
  readonly isWithoutL1?: boolean;
  /** Whether a refusal leaves nothing on a chain: it is known again once the message was asked again. */
  readonly forgetsRefusals?: boolean;
  /** Registers the other end at a member's contract. */
  introduce(here: Contract, there: FarEnd): Promise<unknown>;
  send(here: Contract, there: FarEnd, text: string): Promise<ContractTransactionReceipt>;
}

/** Coins that arrive with each text of LayerZero, for a separate account. */
export const DROP = { wei: 11n, to: "0x00000000000000000000000000000000000000D0" } as const;
/** For `handle` or the receiver. */
const GAS = 200_000;

const COUNTS = ["function refuse(bool yes)", "function received() view returns (uint256)"];
const REQUEST = "tuple(bytes, bytes, tuple(address, uint256)[], address, bytes)";

export const COURIERS: readonly Courier[] = [
  {
    name: "layerzero",
    project: DAPP,
    contract: "MyOApp",
    abi: [
      ...COUNTS,
      "function setPeer(uint32 eid, bytes32 peer)",
      "function quote(uint32, uint16, string, bytes, bytes) view returns (uint256 nativeFee, uint256 lzTokenFee)",
      "function send(uint32, uint16, string, bytes, bytes) payable",
    ],
    entry: "endpoint",
    introduce: (here, { id, contract }) => send(here, "setPeer", id, word(contract)),
    send: (here, { id }, text) =>
      sendWord(here, Number(id), text, { options: options.all(options.receive(GAS), options.drop(DROP.wei, DROP.to)) }),
  },
  {
    name: "hyperlane",
    project: HYPERLANE_DAPP,
    contract: "MyGreeter",
    abi: [
      ...COUNTS,
      "function quote(uint32, bytes32, string, bytes) view returns (uint256)",
      "function greet(uint32, bytes32, string, bytes) payable",
    ],
    entry: "mailbox",
    forgetsRefusals: true,
    introduce: () => Promise.resolve(),
    async send(here, { id, contract }, text) {
      // Of StandardHookMetadata: variant, no coins, gas.
      const metadata = `0x0001${"0".repeat(64)}${GAS.toString(16).padStart(64, "0")}`;
      const given = [id, word(contract), text, metadata];
      const value = (await here.getFunction("quote").staticCall(...given)) as bigint;
      return send(here, "greet", ...given, { value });
    },
  },
  {
    name: "ccip",
    project: CCIP_DAPP,
    contract: "MyMessenger",
    abi: [...COUNTS, `function quote(uint64, ${REQUEST}) view returns (uint256)`, `function send(uint64, ${REQUEST}) payable`],
    entry: "router",
    introduce: () => Promise.resolve(),
    async send(here, { id, contract }, text) {
      const receiver = AbiCoder.defaultAbiCoder().encode(["address"], [contract.target]);
      const given = [id, [receiver, hexlify(toUtf8Bytes(text)), [], ZeroAddress, "0x"]];
      const value = (await here.getFunction("quote").staticCall(...given)) as bigint;
      return send(here, "send", ...given, { value });
    },
  },
  {
    name: "superchain",
    project: SUPERCHAIN_DAPP,
    contract: "MyLetters",
    abi: [...COUNTS, "function send(uint256, address, string) returns (bytes32)"],
    entry: "messenger",
    isWithoutL1: true,
    forgetsRefusals: true,
    introduce: () => Promise.resolve(),
    send: (here, { id, contract }, text) => send(here, "send", id, contract.target, text),
  },
];

/** Groups of couriers: by day one ecosystem has all four bridges, by night each has a separate one. */
export const COURIERS_TOGETHER: readonly (readonly Courier[])[] = byNight(
  COURIERS.map((each) => [each]),
  [COURIERS],
);

export function namesOf(couriers: readonly Courier[]): string {
  return couriers.map(({ name }) => name).join(", ");
}

/** Creation code of each courier's contract, compiled once. */
const creations = new Map<Courier, string>();

/** Creates a courier's contract on the signer's member; `entry` is the bridge's address there. */
export async function createCourier(courier: Courier, entry: string, signer: Signer): Promise<Contract> {
  const bytecode = creations.get(courier) ?? compileDapp(courier.project)(courier.contract).bytecode;
  creations.set(courier, bytecode);
  const args = courier.name === "layerzero" ? [entry, await signer.getAddress()] : [entry];
  const types = args.map(() => "address");
  const data = concat([bytecode, AbiCoder.defaultAbiCoder().encode(types, args)]);
  const receipt = await (await signer.sendTransaction({ data })).wait();
  return new Contract(receipt!.contractAddress!, courier.abi, signer);
}
