import {
  assetRouter,
  baseToken,
  bridge,
  callbackRecipient,
  erc20,
  factory,
  hyperchainInterface,
  interopCenter,
  interopHandler,
  messenger,
  stateExit,
  tokenVault,
} from "./contract-interfaces.ts";
import { contractNames } from "./revert-reason.ts";
import { systemContextAbi } from "../abi/system-context.ts";

/** What this package's own contracts call their functions and events, on L1 and on chains. */
export const protocolNames = contractNames([
  systemContextAbi,
  ...[
    ...[hyperchainInterface, factory, bridge, stateExit],
    ...[baseToken, interopCenter, interopHandler, assetRouter, messenger, tokenVault, callbackRecipient, erc20],
  ].map(({ fragments }) => fragments),
]);
