// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetFlows} from "../../../../contracts/libraries/AssetFlows.sol";
import {AssetMessage} from "../../../../contracts/libraries/AssetMessage.sol";
import {AssetFlow} from "../../../../contracts/types/AssetFlow.sol";
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

    /// @param logs Count (2), then logs as in withheld pubdata.
    function collectFlows(bytes calldata logs, uint256 settlementChainId, bytes32 salt)
        external
        pure
        returns (AssetFlow[] memory flows, bytes32 hash)
    {
        flows = AssetFlows.collect(logs, 2, uint16(bytes2(logs[0:2])), settlementChainId, salt);
        hash = AssetFlows.hash(flows);
    }
}
