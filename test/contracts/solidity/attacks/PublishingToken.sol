// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL1Messenger} from "../../../../contracts/interfaces/l2/IL1Messenger.sol";
import {Predeploys} from "../../../../contracts/l2/Predeploys.sol";

/// @notice Spends the gas that it is given on what its chain's operator must publish on L1: as a token that is paid out, or called.
contract PublishingToken {
    enum Purchase {
        Nothing,
        Codes,
        Slots,
        Message
    }

    /// @dev With a word for the counter, so that each of them is published and none is new.
    uint256 private constant SLOTS = 64;
    uint256 private constant PER_CODE = 34_000;
    uint256 private constant PER_SLOT = 5_500;
    uint256 private constant MESSAGE_OVERHEAD = 60_000;
    uint256 private constant GAS_PER_BYTE = 120;

    Purchase public purchase;
    uint256 private counter = 1;
    uint256[SLOTS] private slots;
    mapping(address => uint256) public balanceOf;

    constructor() {
        balanceOf[msg.sender] = type(uint128).max;
        for (uint256 i = 0; i < SLOTS; ++i) {
            slots[i] = type(uint256).max - i;
        }
    }

    function choose(Purchase purchase_) external {
        purchase = purchase_;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        publish();
        return true;
    }

    function publish() public {
        if (purchase == Purchase.Codes) publishCodes();
        else if (purchase == Purchase.Slots) changeSlots();
        else if (purchase == Purchase.Message) sendMessage();
    }

    function publishCodes() private {
        uint256 next = counter;
        while (gasleft() > PER_CODE + 6_000) {
            // PUSH3 code PUSH0 MSTORE PUSH1 3 PUSH1 29 RETURN: a contract of three bytes that no account has had.
            bytes32 init = bytes32((uint256(0x62) << 248) | ((next++ & 0xffffff) << 224) | (uint256(0x5f526003601df3) << 168));
            assembly ("memory-safe") {
                mstore(0, init)
                pop(create(0, 0, 11))
            }
        }
        counter = next;
    }

    function changeSlots() private {
        uint256 value = counter++ << 128;
        for (uint256 i = 0; i < SLOTS && gasleft() > PER_SLOT + 1_000; ++i) {
            slots[i] = type(uint256).max - value - i;
        }
    }

    function sendMessage() private {
        uint256 left = gasleft();
        if (left <= MESSAGE_OVERHEAD) return;
        bytes memory message = new bytes((left - MESSAGE_OVERHEAD) / GAS_PER_BYTE);
        for (uint256 i = 0; i < message.length; i += 1024) {
            message[i] = 0x5a;
        }
        IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(message);
    }
}
