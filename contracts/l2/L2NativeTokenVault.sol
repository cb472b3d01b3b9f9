// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridgedToken} from "../interfaces/l2/IBridgedToken.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2BaseToken} from "../interfaces/l2/IL2BaseToken.sol";
import {IL2NativeTokenVault} from "../interfaces/l2/IL2NativeTokenVault.sol";
import {IMessageVerification, MessageInclusionProof} from "../interfaces/l2/IMessageVerification.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";
import {TokenDescription} from "../libraries/TokenDescription.sol";
import {TokenTransfer} from "../libraries/TokenTransfer.sol";
import {TransferList} from "../libraries/TransferList.sol";
import {MinimalProxy} from "../libraries/MinimalProxy.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";
import {TokenMetadata} from "./TokenMetadata.sol";

/// @notice See {IL2NativeTokenVault}.
contract L2NativeTokenVault is IL2NativeTokenVault, RestrictedCallers, ReentrancyGuard {
    ISystemContext private constant CONTEXT = ISystemContext(Predeploys.SYSTEM_CONTEXT);
    /// @dev Gas for the code of a chain's token when the token returns by a free delivery. A free delivery
    /// has more gas for the chain's code; a token could spend that on what its chain must publish. Nothing
    /// costs more to publish than a contract of new code, for which CREATE takes 32,400: this is less than
    /// two take, because a delivery with a fee pays twice.
    uint256 private constant FREE_TOKEN_GAS = 64_000;
    /// @dev Before every message's.
    uint88 private constant POSITION_OF_DEPOSITS = 1;

    mapping(bytes32 assetId => address token) private tokenOf;
    mapping(address token => bytes32 assetId) private assetIdOf;

    /// @inheritdoc IL2NativeTokenVault
    function burn(address token, address from, uint256 amount)
        external
        payable
        onlyFrom(Predeploys.ASSET_ROUTER)
        returns (uint256, address)
    {
        if (token == Predeploys.BASE_TOKEN) {
            if (msg.value != amount) revert WrongValue(amount, msg.value);
            IL2BaseToken(Predeploys.BASE_TOKEN).burn{value: amount}();
            return CONTEXT.baseTokenOrigin();
        }
        if (msg.value != 0) revert WrongValue(0, msg.value);
        bytes32 id = ensureTokenIsRegistered(token);
        if (id == _nativeAssetId(token)) {
            // A payment inside another would be counted in both, and make up for a fee.
            if (entered) revert Reentered();
            entered = true;
            uint256 received = TokenTransfer.pull(token, from, amount);
            entered = false;
            if (received != amount) revert TokenAmountMismatch(amount, received);
            return (block.chainid, token);
        }
        IBridgedToken(token).crosschainBurn(from, amount);
        return (IBridgedToken(token).originChainId(), IBridgedToken(token).originToken());
    }

    /// @inheritdoc IL2NativeTokenVault
    function mint(uint256 chainId, address origin, address to, uint256 amount, bytes calldata metadata)
        external
        onlyFrom(Predeploys.ASSET_ROUTER)
        returns (address token)
    {
        bytes32 id = AssetMessage.assetId(chainId, origin);
        if (id == BASE_TOKEN_ASSET_ID()) {
            IL2BaseToken(Predeploys.BASE_TOKEN).payout(to, amount);
            return Predeploys.BASE_TOKEN;
        }
        if (chainId == block.chainid) {
            TokenTransfer.sendToken(origin, to, amount, tx.gasprice == 0 ? FREE_TOKEN_GAS : gasleft());
            return origin;
        }
        token = _ensureBridgedToken(id, chainId, origin);
        if (metadata.length > 0) _describe(IBridgedToken(token), metadata, chainId == CONTEXT.l1ChainId());
        IBridgedToken(token).crosschainMint(to, amount);
    }

    /// @inheritdoc IL2NativeTokenVault
    function mintListed(uint256 chainId, address origin, bytes32[] calldata entries)
        external
        onlyFrom(Predeploys.ASSET_ROUTER)
    {
        bytes32 id = AssetMessage.assetId(chainId, origin);
        if (id == BASE_TOKEN_ASSET_ID()) {
            IL2BaseToken(Predeploys.BASE_TOKEN).payListed(entries);
            return;
        }
        IBridgedToken token = IBridgedToken(_ensureBridgedToken(id, chainId, origin));
        for (uint256 i = 0; i < entries.length; ++i) {
            (address to, uint256 amount) = TransferList.partsOf(entries[i]);
            token.crosschainMint(to, amount);
        }
    }

    /// @inheritdoc IL2NativeTokenVault
    function announce(address token) external returns (bytes32 messageHash) {
        bytes32 id = ensureTokenIsRegistered(token);
        IBridgedToken described = IBridgedToken(token);
        (string memory name, string memory symbol) =
            (TokenMetadata.cut(described.name()), TokenMetadata.cut(described.symbol()));
        if (!TokenMetadata.isNamed(name, symbol)) revert NamelessToken(token);
        bytes memory body =
            TokenDescription.encode(originChainId(id), originToken(id), name, symbol, described.decimals());
        return IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(body);
    }

    /// @inheritdoc IL2NativeTokenVault
    function importDescription(MessageInclusionProof calldata sent) external {
        (bytes32 tag, uint256 chainId, address origin, string memory name, string memory symbol, uint8 decimals) =
            abi.decode(sent.message.data, (bytes32, uint256, address, string, string, uint8));
        // The chain's own assets and its base token are not described by others.
        bytes32 id = AssetMessage.assetId(chainId, origin);
        if (tag != TokenDescription.TAG || chainId == block.chainid || chainId == 0 || id == BASE_TOKEN_ASSET_ID()) {
            revert InvalidDescription(chainId, tag);
        }
        _requireSent(sent);
        IBridgedToken(_ensureBridgedToken(id, chainId, origin)).describe(
            TokenMetadata.cut(name), TokenMetadata.cut(symbol), decimals, chainId == sent.chainId ? _positionOf(sent) : 0
        );
    }

    /// @inheritdoc IL2NativeTokenVault
    function registerToken(address token) external {
        ensureTokenIsRegistered(token);
    }

    /// @inheritdoc IL2NativeTokenVault
    function ensureTokenIsRegistered(address token) public returns (bytes32 id) {
        id = assetId(token);
        if (id != 0) return id;
        if (token.code.length == 0) revert NotAToken(token);
        id = _nativeAssetId(token);
        (assetIdOf[token], tokenOf[id]) = (id, token);
        emit TokenRegistered(id, token);
    }

    /// @inheritdoc IL2NativeTokenVault
    function assetId(address token) public view returns (bytes32) {
        return token == Predeploys.BASE_TOKEN ? BASE_TOKEN_ASSET_ID() : assetIdOf[token];
    }

    /// @inheritdoc IL2NativeTokenVault
    function tokenAddress(bytes32 id) public view returns (address) {
        return id == BASE_TOKEN_ASSET_ID() ? Predeploys.BASE_TOKEN : tokenOf[id];
    }

    /// @inheritdoc IL2NativeTokenVault
    function originChainId(bytes32 id) public view returns (uint256 chainId) {
        (chainId,) = _originOf(id);
    }

    /// @inheritdoc IL2NativeTokenVault
    function originToken(bytes32 id) public view returns (address token) {
        (, token) = _originOf(id);
    }

    /// @inheritdoc IL2NativeTokenVault
    function l2TokenAddress(address l1Token) external view returns (address) {
        uint256 l1 = CONTEXT.l1ChainId();
        if (AssetMessage.assetId(l1, l1Token) == BASE_TOKEN_ASSET_ID()) return Predeploys.BASE_TOKEN;
        return calculateCreate2TokenAddress(l1, l1Token);
    }

    /// @inheritdoc IL2NativeTokenVault
    function calculateCreate2TokenAddress(uint256 chainId, address origin) public view returns (address) {
        return MinimalProxy.predict(
            address(this), Predeploys.BRIDGED_TOKEN_IMPLEMENTATION, AssetMessage.assetId(chainId, origin)
        );
    }

    /// @inheritdoc IL2NativeTokenVault
    function L1_CHAIN_ID() external view returns (uint256) {
        return CONTEXT.l1ChainId();
    }

    /// @inheritdoc IL2NativeTokenVault
    function ASSET_ROUTER() external pure returns (address) {
        return Predeploys.ASSET_ROUTER;
    }

    /// @inheritdoc IL2NativeTokenVault
    function BASE_TOKEN_ASSET_ID() public view returns (bytes32) {
        (uint256 chainId, address token) = CONTEXT.baseTokenOrigin();
        return AssetMessage.assetId(chainId, token);
    }

    /// @inheritdoc IL2NativeTokenVault
    function WETH_TOKEN() external pure returns (address) {
        return address(0);
    }

    function _requireSent(MessageInclusionProof calldata sent) private view {
        bool included = sent.message.sender == Predeploys.NATIVE_TOKEN_VAULT
            && IMessageVerification(Predeploys.MESSAGE_VERIFICATION).proveL2MessageInclusionShared(
                sent.chainId, sent.l1BatchNumber, sent.l2MessageIndex, sent.message, sent.proof
            );
        if (!included) revert InvalidMessageProof();
    }

    /// @dev A deposit of a token that was not initialised yet says nothing that could stand.
    function _describe(IBridgedToken token, bytes calldata metadata, bool isOfL1) private {
        if (token.descriptionPosition() != 0) return;
        (string memory name, string memory symbol, uint8 decimals) = TokenMetadata.decode(metadata);
        token.describe(
            name, symbol, decimals, isOfL1 && TokenMetadata.isNamed(name, symbol) ? POSITION_OF_DEPOSITS : 0
        );
    }

    /// @dev Position of a message whose proof was checked, which bounds its index. A batch number has 64
    /// bits.
    function _positionOf(MessageInclusionProof calldata sent) private pure returns (uint88) {
        return uint88(((sent.l1BatchNumber + 1) << L2LogTree.DEPTH) | sent.l2MessageIndex);
    }

    function _ensureBridgedToken(bytes32 id, uint256 chainId, address origin) private returns (address token) {
        token = tokenOf[id];
        if (token != address(0)) return token;
        token = MinimalProxy.deploy(Predeploys.BRIDGED_TOKEN_IMPLEMENTATION, id);
        (assetIdOf[token], tokenOf[id]) = (id, token);
        IBridgedToken(token).initialize(chainId, origin);
        emit BridgedTokenDeployed(id, token, chainId, origin);
    }

    function _originOf(bytes32 id) private view returns (uint256, address) {
        if (id == BASE_TOKEN_ASSET_ID()) return CONTEXT.baseTokenOrigin();
        address token = tokenOf[id];
        if (token == address(0)) return (0, address(0));
        if (id == _nativeAssetId(token)) return (block.chainid, token);
        return (IBridgedToken(token).originChainId(), IBridgedToken(token).originToken());
    }

    function _nativeAssetId(address token) private view returns (bytes32) {
        return AssetMessage.assetId(block.chainid, token);
    }
}
