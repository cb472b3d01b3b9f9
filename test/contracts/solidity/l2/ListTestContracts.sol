// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL2AssetRouter} from "../../../../contracts/interfaces/l2/IL2AssetRouter.sol";
import {IL1Messenger} from "../../../../contracts/interfaces/l2/IL1Messenger.sol";
import {Predeploys} from "../../../../contracts/l2/Predeploys.sol";
import {L2TestToken} from "./L2TestToken.sol";

/// @notice Sends many transfers of one unit, or many messages, in one transaction.
contract Crowd {
    /// @param first Recipients are the addresses from there on.
    function send(uint256 destinationChainId, uint256 count, uint160 first) external payable {
        for (uint160 i = 0; i < count; ++i) {
            IL2AssetRouter(Predeploys.ASSET_ROUTER).sendListed{value: 1}(
                destinationChainId, Predeploys.BASE_TOKEN, 1, address(first + i)
            );
        }
    }

    function sendMessages(uint256 count) external {
        for (uint256 i = 0; i < count; ++i) IL1Messenger(Predeploys.L1_MESSENGER).sendToL1("");
    }
}

/// @notice A token that takes all gas instead of paying one account, or all if that one is the token, until `refuse` names another.
contract PickyToken is L2TestToken(1000, false, false) {
    address public refused;

    function refuse(address account) external {
        refused = account;
    }

    function transfer(address to, uint256 value) external override returns (bool) {
        if (to == refused || refused == address(this)) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        return true;
    }
}
