import type { HardhatPlugin } from "hardhat/types/plugins";
import { definePlugin } from "hardhat/plugins";
import { taskDefinitions } from "./tool/plugin/tasks/definitions.ts";

export type * from "./type-extensions.ts";
export type * from "./types.ts";

/** Plugin for the `plugins` of Hardhat's config. */
const hyperchainPlugin: HardhatPlugin = definePlugin({
  id: "hardhat-hyperchain",
  npmPackage: "hardhat-hyperchain",
  hookHandlers: {
    config: () => import("./tool/plugin/hooks/config.ts"),
    network: () => import("./tool/plugin/hooks/network.ts"),
  },
  tasks: taskDefinitions,
});

export default hyperchainPlugin;
