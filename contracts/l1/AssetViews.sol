// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAssetViews} from "../interfaces/IAssetViews.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";

/// @notice The L2 asset router's entry for deposits (ZK Stack's shape).
interface IL2DepositReceiver {
    function finalizeDeposit(uint256 originChainId, bytes32 assetId, bytes calldata transferData) external;
}

/// @title What clients ask about assets, and how deposits are written
abstract contract AssetViews is IAssetViews {
    /// @dev First byte of data in ZK Stack's newer encodings.
    bytes1 internal constant NEW_ENCODING = 0x01;
    /// @dev Name, symbol or decimals longer than this are left out: a chain must be told about a token in one operation.
    uint256 private constant MAX_GETTER_BYTES = 1024;

    /// @inheritdoc IAssetViews
    mapping(bytes32 assetId => address) public tokenAddress;

    /// @inheritdoc IAssetViews
    function L1_NULLIFIER() external view returns (address) {
        return address(this);
    }

    /// @inheritdoc IAssetViews
    function l1NativeTokenVault() external view returns (address) {
        return address(this);
    }

    /// @inheritdoc IAssetViews
    function nativeTokenVault() external view returns (address) {
        return address(this);
    }

    /// @inheritdoc IAssetViews
    function WETH_TOKEN() external pure returns (address) {
        return address(0);
    }

    /// @inheritdoc IAssetViews
    function originChainId(bytes32 id) external view returns (uint256) {
        return tokenAddress[id] == address(0) ? 0 : block.chainid;
    }

    /// @inheritdoc IAssetViews
    function getDepositCalldata(address sender, bytes32 id, bytes calldata assetData)
        external
        view
        returns (bytes memory)
    {
        (uint256 amount, address receiver, address token) = abi.decode(assetData, (uint256, address, address));
        return _depositCalldata(id, sender, receiver == address(0) ? sender : receiver, _plain(token), amount);
    }

    /// @inheritdoc IAssetViews
    function assetId(address token) public view returns (bytes32) {
        return AssetMessage.assetId(block.chainid, _plain(token));
    }

    /// @inheritdoc IAssetViews
    function getERC20Getters(address token, uint256 chainId) public view returns (bytes memory) {
        if (_plain(token) == address(0)) {
            return bytes.concat(
                NEW_ENCODING, abi.encode(chainId, abi.encode("Ether"), abi.encode("ETH"), abi.encode(uint8(18)))
            );
        }
        return bytes.concat(
            NEW_ENCODING,
            abi.encode(
                chainId,
                _getter(token, bytes4(keccak256("name()"))),
                _getter(token, bytes4(keccak256("symbol()"))),
                _getter(token, bytes4(keccak256("decimals()")))
            )
        );
    }

    /// @dev Clients may write ETH as address 1; inside it is 0.
    function _plain(address token) internal pure returns (address) {
        return token == AssetMessage.NATIVE_COIN ? address(0) : token;
    }

    function _registerAsset(address token) internal returns (bytes32 id) {
        id = assetId(token);
        address shown = token == address(0) ? AssetMessage.NATIVE_COIN : token;
        if (tokenAddress[id] != shown) tokenAddress[id] = shown;
    }

    function _depositCalldata(bytes32 id, address depositor, address receiver, address token, uint256 amount)
        internal
        view
        returns (bytes memory)
    {
        bytes memory transferData = abi.encode(depositor, receiver, token, amount, getERC20Getters(token, block.chainid));
        return abi.encodeCall(IL2DepositReceiver.finalizeDeposit, (block.chainid, id, transferData));
    }

    /// @dev Return data of a getter, or nothing. Assembly, so that a token cannot make us copy megabytes.
    function _getter(address token, bytes4 selector) private view returns (bytes memory result) {
        bytes memory data = abi.encodePacked(selector);
        assembly ("memory-safe") {
            let success := staticcall(gas(), token, add(data, 0x20), 4, 0, 0)
            let size := returndatasize()
            if or(iszero(success), gt(size, MAX_GETTER_BYTES)) { size := 0 }
            result := mload(0x40)
            mstore(result, size)
            returndatacopy(add(result, 0x20), 0, size)
            mstore(0x40, add(add(result, 0x20), and(add(size, 0x1f), not(0x1f))))
        }
    }
}
