import { Contract, JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { systemClock } from "../../../src/ground/runtime/clock.ts";
import { genesisOf } from "./genesis.ts";
import { createDevelopmentAccounts } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { reconstruct } from "../../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { startReconstructedChain } from "../../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import { summarize } from "../../../src/ecosystem/devnet/reconstruction/summary.ts";
import { ALICE } from "./devnet.ts";

/**
 * A process that knows an L1's URL and a contract's address, nothing else of the devnet: rebuilds the chain, runs it, and works
 * on a contract of the workload that it finds there. Prints one line of JSON.
 */
const [url = "", hyperchain = ""] = process.argv.slice(2);
const genesis = await genesisOf();
let reports = 0;
const reconstruction = await reconstruct({ l1: url, hyperchain, genesis, onProgress: () => reports++ });
const summary = summarize(reconstruction);
const rebuilt = await startReconstructedChain(
  reconstruction,
  { writable: true },
  { connect: (override) => hre.network.create({ network: "local", override }), clock: systemClock },
);
const { abi, deployedBytecode } = await hre.artifacts.readArtifact("Workload");
const found = reconstruction.state.accounts().find(({ code }) => code === deployedBytecode);
if (found === undefined) throw new Error("no account has the workload's code");
const provider = new JsonRpcProvider(rebuilt.url, undefined, {
  staticNetwork: true,
  cacheTimeout: -1,
  batchMaxCount: 1,
  pollingInterval: 20,
});
const wallet = createDevelopmentAccounts().wallet(ALICE).connect(provider);
const workload = new Contract(found.address, abi, wallet);

/** Some seeds lead the workload into a failure. */
async function succeeding(first: bigint): Promise<bigint> {
  for (let seed = first; ; seed++) {
    if (
      (await workload
        .getFunction("work")
        .staticCall(seed, 9n)
        .catch(() => undefined)) !== undefined
    )
      return seed;
  }
}

const request = await workload
  .getFunction("work")
  .populateTransaction(await succeeding(4242n), 9n, { gasLimit: 8_000_000n, gasPrice: 1_000_000_000n });
const raw = await wallet.signTransaction(await wallet.populateTransaction(request));
const response = await provider.broadcastTransaction(raw);
const receipt = await response.wait();
console.log(
  JSON.stringify({
    summary,
    reports,
    raw,
    workload: found.address,
    status: receipt?.status,
    gasUsed: String(receipt?.gasUsed),
    blockNumber: receipt?.blockNumber,
    topics: receipt?.logs.map(({ topics }) => topics[0]),
    counter: String(await workload.getFunction("counter")()),
  }),
);
provider.destroy();
await rebuilt.close();
