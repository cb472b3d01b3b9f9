/** ABIs of contracts that dapps call on every chain, and of hubs on L1: `hardhat-hyperchain/abi`, typed for viem and wagmi. */
export { atomicFlowsAbi } from "./ground/abi/atomic-flows.ts";
export { bridgedTokenAbi } from "./ground/abi/bridged-token.ts";
export { contractErrorsAbi } from "./ground/abi/contract-errors.ts";
export { crossChainViewsAbi } from "./ground/abi/cross-chain-views.ts";
export { hubAbi } from "./ground/abi/hub.ts";
export { interopAttributesAbi } from "./ground/abi/interop-attributes.ts";
export { interopCenterAbi } from "./ground/abi/interop-center.ts";
export { interopHandlerAbi } from "./ground/abi/interop-handler.ts";
export { l1StorageAbi } from "./ground/abi/l1-storage.ts";
export { l2AssetRouterAbi } from "./ground/abi/l2-asset-router.ts";
export { l2NativeTokenVaultAbi } from "./ground/abi/l2-native-token-vault.ts";
