// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What ZK Stack's clients ask its asset router, nullifier and native token vault
/// @notice The shared bridge is all three here.
interface IAssetViews {
    function L1_NULLIFIER() external view returns (address);

    function l1NativeTokenVault() external view returns (address);

    function nativeTokenVault() external view returns (address);

    function BRIDGE_HUB() external view returns (address);

    /// @notice There is no wrapped ETH with special treatment: 0.
    function WETH_TOKEN() external view returns (address);

    /// @notice Id of an L1 token's asset; addresses 0 and 1 are ETH.
    function assetId(address token) external view returns (bytes32);

    /// @notice The L1 token of an asset that was deposited before; address 1 is ETH, 0 says unknown.
    function tokenAddress(bytes32 assetId) external view returns (address);

    /// @notice Origin chain of an asset that was deposited before; 0 if unknown.
    function originChainId(bytes32 assetId) external view returns (uint256);

    /// @notice Name, symbol and decimals in the form that chains receive: `0x01 ‖ abi.encode(originChainId,
    /// name, symbol, decimals)`, each as the token's getter returned it; empty where the getter fails or
    /// returns more than 1,024 bytes.
    function getERC20Getters(address token, uint256 originChainId) external view returns (bytes memory);

    /// @notice The call that a deposit makes on L2.
    function getDepositCalldata(address sender, bytes32 assetId, bytes calldata assetData)
        external
        view
        returns (bytes memory);
}
