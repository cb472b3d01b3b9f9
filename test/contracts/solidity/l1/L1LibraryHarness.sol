// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetMessage} from "../../../../contracts/libraries/AssetMessage.sol";
import {AssetTransfer} from "../../../../contracts/types/AssetTransfer.sol";

/// @notice Opens the libraries of the L1 side to tests.
contract L1LibraryHarness {
    function encodeAssetMessage(AssetTransfer calldata transfer) external pure returns (bytes memory) {
        return AssetMessage.encode(transfer);
    }

    function decodeAssetMessage(bytes calldata body) external pure returns (bool valid, AssetTransfer memory transfer) {
        return AssetMessage.decode(body);
    }

    function assetId(uint256 originChainId, address originToken) external pure returns (bytes32) {
        return AssetMessage.assetId(originChainId, originToken);
    }

    function isAssetSender(address sender) external pure returns (bool) {
        return AssetMessage.isAssetSender(sender);
    }
}
