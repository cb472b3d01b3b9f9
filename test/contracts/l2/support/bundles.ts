import { AbiCoder, Interface, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { keccak, fromHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";

const attributes = new Interface([
  "function interopCallValue(uint256)",
  "function shadowAccount()",
  "function executionAddress(bytes)",
  "function relayerReward(uint256)",
  "function gasLimit(uint256)",
  "function refundRecipient(address)",
  "function callback(uint256,uint256)",
  "function transferToken(address,uint256,address)",
  "function destinationBaseToken(address)",
  "function expiresAt(uint256)",
]);

/** An attribute of a call or bundle. */
export function attribute(name: string, ...args: unknown[]): string {
  return attributes.encodeFunctionData(name, args);
}

/** ERC-7930 form of a chain, or of an account on it. Domain: 0 < chainId < 2^16. */
export function interoperable(chainId: bigint, account = ""): string {
  const id = chainId.toString(16);
  const chain = id.length % 2 === 0 ? id : `0${id}`;
  const length = (chain.length / 2).toString(16).padStart(2, "0");
  return `0x00010000${length}${chain}${account === "" ? "00" : `14${account.slice(2).toLowerCase()}`}`;
}

/** Messages to L1 that a transaction sent: sender, body and hash, in order. */
export function messagesOf(receipt: TransactionReceipt): { sender: Hex; body: Hex; hash: Hex }[] {
  return receipt.logs
    .filter(({ address }) => address.toLowerCase() === PREDEPLOYS.L1Messenger)
    .map((log) => {
      const body = AbiCoder.defaultAbiCoder().decode(["bytes"], log.data)[0] as Hex;
      return { sender: `0x${log.topics[1]!.slice(26)}` as Hex, body, hash: keccak(fromHex(body)) };
    });
}

/** Arguments of the events of this name that a transaction emitted. */
export async function eventsOf(receipt: TransactionReceipt, artifact: string, name: string): Promise<unknown[][]> {
  const abi = new Interface((await hre.artifacts.readArtifact(artifact)).abi);
  return receipt.logs.flatMap((log) => {
    const event = abi.parseLog(log);
    return event?.name === name ? [[...event.args]] : [];
  });
}
