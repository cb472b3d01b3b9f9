// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Does a bit of everything that two EVMs could disagree on, steered by a seed.
contract Workload {
    event Step(uint256 indexed kind, bytes32 indexed digest, bytes data);

    error Refused(uint256 seed);

    mapping(uint256 => uint256) public values;
    uint256 public counter;
    uint256 transient scratch;
    address[] public children;

    constructor() payable {}

    receive() external payable {
        counter++;
    }

    function work(uint256 seed, uint256 steps) external payable {
        for (uint256 i = 0; i < steps; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            step(seed % 12, seed >> 8);
        }
    }

    function refuse(uint256 seed) external payable {
        values[seed % 16] = seed;
        emit Step(99, bytes32(seed), "");
        revert Refused(seed);
    }

    function burnAllGas() external pure {
        assembly {
            invalid()
        }
    }

    function step(uint256 kind, uint256 seed) internal {
        if (kind == 0) {
            values[seed % 16] = seed;
        } else if (kind == 1) {
            delete values[seed % 16];
        } else if (kind == 2) {
            counter += values[seed % 16] & 0xff;
            emit Step(kind, bytes32(counter), abi.encode(values[seed % 16]));
        } else if (kind == 3) {
            // Reverting inside a call undoes its writes and log, not its gas.
            (bool success, bytes memory data) = address(this).call{gas: 60_000}(abi.encodeCall(this.refuse, (seed)));
            emit Step(kind, keccak256(data), abi.encode(success));
        } else if (kind == 4) {
            if (children.length < 40) children.push(address(new Child{value: address(this).balance % 3}(seed)));
        } else if (kind == 5) {
            bytes32 salt = bytes32(seed % 4);
            try new Child{salt: salt}(1) returns (Child child) {
                child.end(payable(msg.sender));
            } catch (bytes memory reason) {
                emit Step(kind, salt, reason);
            }
        } else if (kind == 6) {
            if (children.length > 0) Child(payable(children[seed % children.length])).end(payable(address(uint160(seed))));
        } else if (kind == 7) {
            scratch += seed % 1000;
            counter += scratch;
        } else if (kind == 8) {
            emit Step(
                kind,
                blockhash(block.number - 1 - (seed % 300 < block.number ? seed % 300 : 0)),
                abi.encode(block.timestamp, block.number, block.prevrandao, block.coinbase, block.gaslimit, block.basefee, block.chainid, tx.gasprice, gasleft())
            );
        } else if (kind == 9) {
            precompiles(seed);
        } else if (kind == 10) {
            (bool success,) = payable(address(uint160(seed % 7 + 0x5000))).call{value: address(this).balance % 5}("");
            emit Step(kind, bytes32(uint256(success ? 1 : 0)), abi.encode(address(this).balance));
        } else {
            // Spends what the gas limit leaves to a failing call.
            (bool success,) = address(this).call{gas: 3_000}(abi.encodeCall(this.burnAllGas, ()));
            counter += success ? 1 : 2;
            assembly {
                let r := clz(seed)
                mcopy(0, 32, 32)
                sstore(add(0x1000, and(seed, 7)), r)
            }
        }
    }

    function precompiles(uint256 seed) internal {
        uint160 which = uint160(seed % 9) + 1;
        if (which == 9) which = 0x100;
        bytes memory input = abi.encode(seed, seed >> 1, seed >> 2, seed >> 3);
        if (which == 5) input = abi.encodePacked(uint256(32), uint256(2), uint256(32), seed, uint16(uint256(seed) | 1), seed >> 3);
        if (which == 6) input = abi.encode(1, 2, 1, 2);
        if (which == 7) input = abi.encode(1, 2, seed);
        if (which == 8) input = "";
        (bool success, bytes memory output) = address(which).staticcall{gas: 400_000}(input);
        emit Step(1000 + which, keccak256(output), abi.encode(success));
    }
}

contract Child {
    uint256 public immutable seed;
    uint256 public value;

    constructor(uint256 seed_) payable {
        seed = seed_;
        value = seed_ * 3;
    }

    function end(address payable heir) external {
        value = 0;
        selfdestruct(heir);
    }
}
