import { send } from "../src/ecosystem/client/transfers/send.ts";
import { ACCOUNT_NUMBERS } from "../src/ecosystem/devnet/accounts/accounts.ts";
import type { Devnet } from "../src/ecosystem/devnet/devnet.ts";
import { connectHttp, connectRelayer } from "../src/ecosystem/devnet/relaying/relaying.ts";
import { sealAndSettle } from "./devnet-settlement.ts";

const ETHER = 10n ** 18n;

export interface SevenSteps {
  /** From the moment at which the sender sends until it is executed on the other chain. */
  readonly seconds: number;
  /** Seconds spent on the proof. */
  readonly proveSeconds: number | undefined;
}

/** A transfer from the first chain to the second. */
export async function measureSevenSteps(devnet: Devnet): Promise<SevenSteps> {
  const { l1, ecosystem, accounts, chains } = devnet;
  const [a, b] = chains;
  if (a === undefined || b === undefined) throw new RangeError("seven steps need two chains");
  // What came before does not belong to this transfer's batch.
  for (const chain of chains) await sealAndSettle(chain);
  const targets = chains.map(({ chainId, url, pipeline }) => ({ chainId, url, hyperchain: pipeline.created.hyperchain }));
  const relayer = connectRelayer(ecosystem, l1.url, targets, accounts.wallet(ACCOUNT_NUMBERS.relayer));
  const client = connectHttp(a.chainId, a.url);
  try {
    await relayer.poll();
    const begun = performance.now();
    await send(
      devnet.info(),
      { chain: a.chainId, to: { chain: b.chainId, account: accounts.wallet(2).address }, amount: ETHER },
      accounts.wallet(1).connect(client),
    );
    const settled = await sealAndSettle(a);
    await b.pipeline.pollL1();
    await relayer.poll();
    const seconds = (performance.now() - begun) / 1000;
    const [journey] = relayer.journeys();
    if (journey?.steps.has("executed") !== true) throw new Error(`the transfer did not arrive: ${journey?.refusal}`);
    return { seconds, proveSeconds: settled?.proof.metrics?.seconds };
  } finally {
    client.destroy();
    relayer.close();
  }
}
