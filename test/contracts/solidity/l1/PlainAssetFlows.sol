// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetMessage} from "../../../../contracts/libraries/AssetMessage.sol";
import {AssetFlow} from "../../../../contracts/types/AssetFlow.sol";
import {AssetTransfer} from "../../../../contracts/types/AssetTransfer.sol";

/// @notice Plain twin of AssetFlows: decodes every body, looks every flow up by comparing with all before.
contract PlainAssetFlows {
    function collect(address[] calldata senders, bytes[] calldata bodies, uint256 settlementChainId)
        external
        pure
        returns (AssetFlow[] memory flows)
    {
        AssetFlow[] memory found = new AssetFlow[](bodies.length);
        uint256 count = 0;
        for (uint256 i = 0; i < bodies.length; ++i) {
            (bool valid, AssetTransfer memory transfer) = AssetMessage.decode(bodies[i]);
            if (!valid || !AssetMessage.isAssetSender(senders[i])) continue;
            if (transfer.kind == 1 && transfer.destinationChainId != settlementChainId) continue;
            if (transfer.kind != 2) transfer.destinationChainId = 0;
            uint256 place = 0;
            while (place < count && !_isSame(found[place], transfer)) ++place;
            if (place == count) {
                found[count++] = AssetFlow({
                    kind: transfer.kind,
                    destinationChainId: transfer.destinationChainId,
                    originChainId: transfer.originChainId,
                    originToken: transfer.originToken,
                    amount: 0
                });
            }
            found[place].amount += transfer.amount;
        }
        flows = new AssetFlow[](count);
        for (uint256 i = 0; i < count; ++i) flows[i] = found[i];
    }

    function _isSame(AssetFlow memory flow, AssetTransfer memory transfer) private pure returns (bool) {
        return keccak256(abi.encode(flow.kind, flow.destinationChainId, flow.originChainId, flow.originToken))
            == keccak256(
                abi.encode(transfer.kind, transfer.destinationChainId, transfer.originChainId, transfer.originToken)
            );
    }
}
