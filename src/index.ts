import type { HardhatPlugin } from "hardhat/types/plugins";
import { definePlugin } from "hardhat/plugins";

export type * from "./type-extensions.ts";
export type * from "./types.ts";

const hyperchainPlugin: HardhatPlugin = definePlugin({
  id: "hardhat-hyperchain",
  npmPackage: "hardhat-hyperchain",
  hookHandlers: {
    config: () => import("./plugin/hooks/config.ts"),
  },
});

export default hyperchainPlugin;
