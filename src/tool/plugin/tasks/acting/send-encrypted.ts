import type { Wallet } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { ClientError } from "../../../../ecosystem/client/ecosystem/client-error.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { encryptTransaction, type EncryptedEnvelope } from "../../../../ecosystem/client/sending/encrypt-transaction.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { readSender, resolvePlace, signerOf } from "../session/accounts.ts";
import { valuesOf, readNumber } from "../session/arguments.ts";
import { encodeCall } from "../session/encode-call.ts";
import { createProgressWait } from "../session/progress-wait.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { readAmount, tokenOnChain } from "../session/tokens.ts";

type SendEncryptedArguments = ArgumentsOf<(typeof actingTasks)["sendEncrypted"]>;

const GAS = wholeNumber(21_000, 16_000_000, 100_000);

/** `hyperchain:send-encrypted`: a transaction in an envelope, on a chain whose nodes open envelopes. */
const action: NewTaskActionFunction<SendEncryptedArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const to = await resolvePlace(session, args.to);
    const chain = memberName(info, to.chainId);
    const from = await readSender(session, args.from, chain);
    if (from.chainId !== to.chainId)
      throw pluginError(`--from names an account on ${memberName(info, from.chainId)}; an envelope stays on ${chain}`);
    const token = await tokenOnChain(session, to.chainId, undefined);
    const gas = readNumber("gas", args.gas, GAS);
    const signer = signerOf(session, from);
    const envelope = await encryptTransaction(signer, {
      to: to.account,
      data: encodeCall(args.function, valuesOf(args.arguments)),
      value: args.value === undefined || args.value === "0" ? 0n : readAmount(args.value, token),
      ...(gas === undefined ? {} : { gasLimit: BigInt(gas) }),
    }).catch((error: unknown) => {
      throw error instanceof ClientError ? pluginError(error.message, error) : error;
    });
    const sent = await sendEnvelope(session, signer, envelope);
    const opened = args.noWait ? undefined : await openedOn(session, to.chainId, envelope.hash);
    const place = formatChainAddress(info, to);
    output.result(
      () =>
        opened === undefined
          ? `the envelope for ${place} is ordered in block ${sent.block}; its transaction will be ${envelope.hash}`
          : `the envelope was ordered in block ${sent.block}, and its transaction for ${place} executed in block ${opened}\n` +
            `  transaction ${envelope.hash}`,
      { chain, envelope: sent.hash, envelopeBlock: sent.block, transaction: envelope.hash, block: opened ?? null },
    );
  });

/** Sends the envelope, and waits for its block. */
async function sendEnvelope(
  { output }: Session,
  signer: Wallet,
  { transaction }: EncryptedEnvelope,
): Promise<{ readonly hash: string; readonly block: number }> {
  output.progress("sending an envelope…");
  const { hash, provider } = await signer.sendTransaction(transaction);
  const receipt = await provider.waitForTransaction(hash);
  if (receipt?.status !== 1) throw pluginError(`the envelope ${hash} failed, so its transaction is never opened`);
  return { hash, block: receipt.blockNumber };
}

/** Block of an opened transaction. Throws a plugin error if the nodes skipped or reverted it. */
async function openedOn(session: Session, chainId: number, hash: Hex): Promise<number> {
  const provider = session.provider(chainId);
  const patience = createProgressWait(session, [chainId]);
  for (;;) {
    const encryption = (await provider.send("hyperchain_encryption", [])) as { readonly owed: number } | null;
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt?.status === 1) return receipt.blockNumber;
    if (receipt !== null) throw pluginError(`transaction ${hash} was opened and has reverted in block ${receipt.blockNumber}`);
    // The chain owes an envelope from its block until it is opened.
    if (encryption?.owed === 0)
      throw pluginError(
        `transaction ${hash} was opened and skipped, and can never run: its sender cannot pay for it, or the chain refuses it`,
      );
    await patience.wait("waiting until the nodes open the envelope");
  }
}

export default action;
