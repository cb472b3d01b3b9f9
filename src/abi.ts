/** ABIs of contracts that dapps call on every chain: `hardhat-hyperchain/abi`, typed for viem and wagmi. */
export { atomicFlowsAbi } from "./abi/atomic-flows.ts";
export { bridgedTokenAbi } from "./abi/bridged-token.ts";
export { contractErrorsAbi } from "./abi/contract-errors.ts";
export { crossChainViewsAbi } from "./abi/cross-chain-views.ts";
export { interopAttributesAbi } from "./abi/interop-attributes.ts";
export { interopCenterAbi } from "./abi/interop-center.ts";
export { interopHandlerAbi } from "./abi/interop-handler.ts";
export { l1StorageAbi } from "./abi/l1-storage.ts";
export { l2AssetRouterAbi } from "./abi/l2-asset-router.ts";
export { l2NativeTokenVaultAbi } from "./abi/l2-native-token-vault.ts";
