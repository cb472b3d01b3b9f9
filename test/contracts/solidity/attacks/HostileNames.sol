// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token that answers otherwise than others when asked for its name, and is one in all else.
contract HostileNames {
    enum Manner {
        Reverts,
        ReturnsBytes32,
        ReturnsLongText,
        BurnsAllGas,
        ReturnsHugeLength,
        ReturnsNoText
    }

    uint256 private constant LONG = 100_000;

    Manner private immutable manner;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    constructor(uint256 supply, Manner manner_) {
        manner = manner_;
        balanceOf[msg.sender] = supply;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        balanceOf[from] -= value;
        balanceOf[to] += value;
        return true;
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    function symbol() external pure returns (string memory) {
        return "HN";
    }

    function name() external view {
        Manner how = manner;
        if (how == Manner.Reverts) revert("nameless");
        if (how == Manner.ReturnsBytes32) answer(bytes32("Old token"));
        if (how == Manner.ReturnsHugeLength) answerWords(32, type(uint256).max);
        if (how == Manner.ReturnsNoText) answerWords(type(uint256).max, 0);
        if (how == Manner.ReturnsLongText) answerLong();
        while (true) {}
    }

    function answer(bytes32 word) private pure {
        assembly ("memory-safe") {
            mstore(0, word)
            return(0, 32)
        }
    }

    function answerWords(uint256 first, uint256 second) private pure {
        assembly ("memory-safe") {
            mstore(0, first)
            mstore(0x20, second)
            return(0, 0x40)
        }
    }

    function answerLong() private pure {
        bytes memory text = new bytes(LONG);
        for (uint256 i = 0; i < 100; ++i) text[i] = "L";
        bytes memory answered = abi.encode(text);
        assembly ("memory-safe") {
            return(add(answered, 0x20), mload(answered))
        }
    }
}
