import type { NewTaskActionFunction } from "hardhat/types/tasks";
import type { ChainInfo } from "../../devnet/view/ecosystem-info.ts";
import { dataAvailability } from "../../options/fields/availability.ts";
import { MAX_CHAIN_ID } from "../../options/fields/identity.ts";
import { port } from "../../options/fields/serving.ts";
import { CHAIN_OPTIONS } from "../../options/chain.ts";
import { chainName } from "../../options/config.ts";
import { withFlags } from "../../options/spawn-flags.ts";
import { address, wholeNumber } from "../../options/fields/values.ts";
import { readFlags, readNumber, readOption } from "./arguments.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { createdLine } from "./event-lines.ts";
import { waitWithProgress } from "./progress-wait.ts";
import { withEcosystem } from "./session.ts";

interface CreateArguments extends EcosystemArguments {
  readonly name: string;
  readonly chainId: string | undefined;
  readonly port: string | undefined;
  readonly da: string | undefined;
  readonly baseToken: string | undefined;
  readonly settlesOn: string | undefined;
  readonly blockMs: string | undefined;
  readonly batchMs: string | undefined;
}

const CHAIN_ID = wholeNumber(1, MAX_CHAIN_ID, 300);

const { blocks, batches } = CHAIN_OPTIONS;

/** `hyperchain:create`: adds a chain to the running ecosystem. */
const action: NewTaskActionFunction<CreateArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { output, request } = session;
    const described = descriptionOf(args);
    output.progress(`creating ${described.name} on ${described.settlesOn ?? "L1"}, and starting its node…`);
    const created = (await waitWithProgress(session, request("hyperchain_addChain", described))) as ChainInfo;
    output.result(() => createdLine(created), created);
  });

/** As `hyperchain_addChain` takes it. Throws a plugin error that names the option for what cannot be. */
function descriptionOf(args: CreateArguments) {
  const { blockMs, batchMs } = args;
  return {
    name: readOption("name", args.name, chainName) ?? args.name,
    chainId: readNumber("chainId", args.chainId, CHAIN_ID),
    port: readNumber("port", args.port, port),
    dataAvailability: readOption("da", args.da, dataAvailability),
    baseToken: readOption("baseToken", args.baseToken, address),
    settlesOn: readOption("settlesOn", args.settlesOn, chainName),
    ...withFlags({ blocks, batches }, {}, readFlags({ blockMs, batchMs })),
  };
}

export default action;
