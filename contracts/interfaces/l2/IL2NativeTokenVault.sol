// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {MessageInclusionProof} from "./IMessageVerification.sol";
import {IRestrictedCallers} from "./IRestrictedCallers.sol";
import {IReentrancyGuard} from "../IReentrancyGuard.sol";

/// @title Where assets enter and leave the chain
/// @notice Holds the chain's own tokens while they are elsewhere, mints and burns the bridged tokens of
/// assets of other chains, and lets base token in and out of its reserve. Names of views are those that
/// clients of ZK Stack call.
/// @dev The asset router is trusted with all of it: what it asks for is minted.
interface IL2NativeTokenVault is IRestrictedCallers, IReentrancyGuard {
    event BridgedTokenDeployed(bytes32 indexed assetId, address indexed token, uint256 originChainId, address originToken);
    event TokenRegistered(bytes32 indexed assetId, address indexed token);

    error WrongValue(uint256 expected, uint256 actual);
    error NotAToken(address token);
    /// @notice The token took a fee, or moved another amount than requested.
    error TokenAmountMismatch(uint256 expected, uint256 actual);
    /// @notice The token has neither a name nor a symbol, as one that is not initialised yet.
    error NamelessToken(address token);
    error InvalidDescription(uint256 chainId, bytes32 tag);
    error InvalidMessageProof();

    /// @notice Takes an amount that leaves the chain: burns a bridged token, returns attached base token to the reserve, or
    /// locks a token of this chain that `from` approved. Only the asset router, for whom `from` is acting.
    function burn(address token, address from, uint256 amount)
        external
        payable
        returns (uint256 originChainId, address originToken);

    /// @notice Gives out an amount that arrived. Only the asset router, after it checked that the amount left
    /// elsewhere.
    /// @param metadata Name, symbol and decimals as deposits carry them (ZK Stack's encoding); may be empty.
    /// For an asset that originates on L1, the first with a name or a symbol remains.
    function mint(uint256 originChainId, address originToken, address to, uint256 amount, bytes calldata metadata)
        external
        returns (address token);

    /// @notice Mints the entries of a list of transfers for an asset of another chain: no payment of these
    /// runs code that could refuse it. Only the asset router.
    /// @param entries Recipient (20) ‖ amount (12) each.
    function mintListed(uint256 originChainId, address originToken, bytes32[] calldata entries) external;

    /// @notice Leaves a message with a token's name, symbol and decimals, for another chain to import. Anyone, as often as they like:
    /// the newest message stands. A token with neither name nor symbol is refused.
    /// @dev The token is asked in this transaction, at its sender's cost; one that reverts or returns no text is not announced. Texts
    /// are cut to 64 bytes, and are whatever the token says: names prove nothing.
    function announce(address token) external returns (bytes32 messageHash);

    /// @notice Describes the token here by such a message of another chain. Anyone.
    /// @dev Of several messages of the origin chain the newest counts, in whatever order they are delivered;
    /// an older one is ignored. Another chain's message counts until the origin chain sends one. A chain can
    /// lie about assets it passes on: decimals and names are for display, amounts never depend on them.
    function importDescription(MessageInclusionProof calldata message) external;

    /// @notice Gives a token of this chain its asset id, or returns the id it has. Anyone.
    function ensureTokenIsRegistered(address token) external returns (bytes32);

    /// @notice Equal to `ensureTokenIsRegistered`.
    function registerToken(address token) external;

    /// @notice Asset id of a token of this chain; 0 if it is unknown.
    function assetId(address token) external view returns (bytes32);

    /// @notice This chain's token for an asset; 0 if there is none yet.
    function tokenAddress(bytes32 assetId) external view returns (address);

    /// @notice Origin chain of an asset; 0 if it is unknown.
    function originChainId(bytes32 assetId) external view returns (uint256);

    /// @notice The asset's token there; 0 for that chain's native coin.
    function originToken(bytes32 assetId) external view returns (address);

    /// @notice Address that an L1 token has here, whether or not it exists yet. ETH is 0 or 1.
    function l2TokenAddress(address l1Token) external view returns (address);

    /// @notice Address of the bridged token of an asset, whether or not it exists yet.
    function calculateCreate2TokenAddress(uint256 originChainId, address originToken) external view returns (address);

    function L1_CHAIN_ID() external view returns (uint256);
    function ASSET_ROUTER() external view returns (address);
    function BASE_TOKEN_ASSET_ID() external view returns (bytes32);

    /// @notice None: there is no privileged wrapper of the base token.
    function WETH_TOKEN() external view returns (address);
}
