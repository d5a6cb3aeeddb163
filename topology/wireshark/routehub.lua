-- SPDX-License-Identifier: MIT
--
-- The datagrams between route-server and its clients, by UDP: route-server(1), PROTOCOL. All numbers
-- are in network byte order.
--
--    0        1        2        3        4
--   +--------+--------+--------+--------+--------+
--   |  type  |               field               |   the plain form, types 1 and 2, and the extended
--   +--------+--------+--------+--------+--------+   one, types 16 to 21
--
--   +--------+--------+-------- 5 octets as above, and with a key 30 more:
--   |  type  | field  | magic 2 | epoch 4 | sequence 8 | HMAC 16 |
--   +--------+--------+---------+---------+------------+---------+
--
-- The field is an address, a node's id, or a digest of addresses. A sender hands the kernel up to 64
-- datagrams of one length at a time, and the kernel cuts them apart (udp(7), UDP_SEGMENT): in a lab
-- before a capture sees them, on a loopback interface behind it. So one datagram of a capture may be
-- many: octet 5 tells which form they have, because no magic begins as a type does.

if Dissector.get("routehub") then
  return -- from another folder, the system's or the user's: twice would be an error
end

local routehub = Proto("routehub", "vethlab route hub")

local FIELDS_LEN, SIGNED_LEN = 5, 35
local ADD, DELETE, HELLO, DIGEST_UP, DIGEST_DOWN, SYNC_BEGIN, SYNC_END, BYE = 1, 2, 16, 17, 18, 19, 20, 21
local NAMES = {
  [ADD] = "add",
  [DELETE] = "delete",
  [HELLO] = "HELLO",
  [DIGEST_UP] = "DIGEST-UP",
  [DIGEST_DOWN] = "DIGEST-DOWN",
  [SYNC_BEGIN] = "SYNC-BEGIN",
  [SYNC_END] = "SYNC-END",
  [BYE] = "BYE",
}
local SIGNERS = { [0x5643] = "client", [0x5653] = "server" }

local field = {
  type = ProtoField.uint8("routehub.type", "Type", base.DEC, NAMES),
  addr = ProtoField.ipv4("routehub.addr", "Address"),
  id = ProtoField.uint32("routehub.id", "Id of the node", base.HEX),
  digest = ProtoField.uint32("routehub.digest", "Digest", base.HEX),
  zero = ProtoField.uint32("routehub.zero", "Zero", base.HEX),
  unknown = ProtoField.uint32("routehub.field", "Field", base.HEX),
  magic = ProtoField.uint16("routehub.magic", "Magic", base.HEX, SIGNERS),
  epoch = ProtoField.absolute_time("routehub.epoch", "Epoch", base.UTC),
  sequence = ProtoField.uint64("routehub.sequence", "Sequence"),
  hmac = ProtoField.bytes("routehub.hmac", "HMAC"),
}
routehub.fields = field

local expert = {
  length = ProtoExpert.new("routehub.bad_length", "Wrong length", expert.group.PROTOCOL, expert.severity.ERROR),
  type = ProtoExpert.new("routehub.bad_type", "Unknown type", expert.group.PROTOCOL, expert.severity.WARN),
  magic = ProtoExpert.new("routehub.bad_magic", "Magic of neither a client nor a server", expert.group.SECURITY,
    expert.severity.WARN),
  addr = ProtoExpert.new("routehub.bad_addr", "No route is made for such an address", expert.group.PROTOCOL,
    expert.severity.NOTE),
  zero = ProtoExpert.new("routehub.not_zero", "The field of SYNC-BEGIN should be 0", expert.group.PROTOCOL,
    expert.severity.NOTE),
  several = ProtoExpert.new("routehub.several", "Several datagrams that the kernel cuts apart later, or a wrong length",
    expert.group.SEQUENCE, expert.severity.CHAT),
}
routehub.experts = expert

routehub.prefs.ports = Pref.range("UDP ports", "5500", "Of route-server, and of route-clients", 65535)

local FIELD_OF = {
  [ADD] = field.addr,
  [DELETE] = field.addr,
  [HELLO] = field.id,
  [DIGEST_UP] = field.digest,
  [DIGEST_DOWN] = field.digest,
  [SYNC_BEGIN] = field.zero,
  [SYNC_END] = field.digest,
  [BYE] = field.id,
}
local SHOWN = 4 -- datagrams in the info column

-- length_of_one() - of the datagrams that stand here
local function length_of_one(tvb)
  if tvb:len() > FIELDS_LEN and not NAMES[tvb(FIELDS_LEN, 1):uint()] then
    return SIGNED_LEN
  end
  return FIELDS_LEN
end

-- has_no_route() - 0/8, 127/8, and all from 224.0.0.0 on
local function has_no_route(addr)
  local first = addr(0, 1):uint()

  return first == 0 or first == 127 or first >= 224
end

-- show_fields() - the two that every form has; returns what the info column says of them
local function show_fields(tree, range)
  local type, value = range(0, 1):uint(), range(1, 4)
  local name, what = NAMES[type], FIELD_OF[type]
  local item = tree:add(field.type, range(0, 1))

  if not name then
    item:add_proto_expert_info(expert.type, ("Unknown type %d"):format(type))
    tree:add(field.unknown, value)
    return ("type %d, 0x%08x"):format(type, value:uint())
  end

  local value_item = tree:add(what, value)

  if what == field.addr then
    if has_no_route(value) then
      value_item:add_proto_expert_info(expert.addr)
    end
    return name .. " " .. tostring(value:ipv4())
  elseif what == field.zero then
    if value:uint() ~= 0 then
      value_item:add_proto_expert_info(expert.zero)
    end
    return name
  end
  return ("%s 0x%08x"):format(name, value:uint())
end

-- show_signature() - the 30 octets of the authenticated form; returns what the info column says of it
local function show_signature(tree, range)
  local item = tree:add(field.magic, range(0, 2))
  local signer = SIGNERS[range(0, 2):uint()]

  if not signer then
    item:add_proto_expert_info(expert.magic)
  end
  tree:add(field.epoch, range(2, 4))
  tree:add(field.sequence, range(6, 8))
  tree:add(field.hmac, range(14, 16))
  return (" [%s %s]"):format(signer or "magic?", tostring(range(6, 8):uint64()))
end

local function show_datagram(tree, range)
  local told = show_fields(tree, range)

  if range:len() == SIGNED_LEN then
    told = told .. show_signature(tree, range(FIELDS_LEN))
  end
  return told
end

-- show_rest() - too little for a datagram: the capture has cut it off, or it is wrong
local function show_rest(tree, range, cut_off)
  local told

  if range:len() >= FIELDS_LEN then
    told = show_fields(tree, range(0, FIELDS_LEN))
  else
    tree:add(field.type, range(0, 1))
    told = NAMES[range(0, 1):uint()] or ("type %d"):format(range(0, 1):uint())
  end
  return told .. (cut_off and " (cut off)" or " (wrong length)")
end

-- tell() - the first few datagrams in the info column
local function tell(pinfo, told)
  local more = #told - SHOWN
  local text = table.concat(told, ", ", 1, math.min(#told, SHOWN))

  pinfo.cols.protocol = "ROUTEHUB"
  pinfo.cols.info = more > 0 and text .. (" and %d more"):format(more) or text
end

function routehub.dissector(tvb, pinfo, tree)
  local len, at, told = tvb:len(), 0, {}

  if len == 0 then
    return 0
  end

  local one, cut_off = length_of_one(tvb), tvb:reported_len() > len
  local branch = tree:add(routehub, tvb())

  while at + one <= len do
    local part = len > one and branch:add(tvb(at, one), ("Datagram %d"):format(#told + 1)) or branch
    told[#told + 1] = show_datagram(part, tvb(at, one))
    at = at + one
  end
  if at < len then
    told[#told + 1] = show_rest(branch, tvb(at), cut_off)
    if not cut_off then
      branch:add_proto_expert_info(expert.length,
        ("Wrong length: %d octets, not %d or %d"):format(len, FIELDS_LEN, SIGNED_LEN))
    end
  elseif #told > 1 then
    branch:add_proto_expert_info(expert.several)
  end
  branch:append_text(", " .. told[1])
  tell(pinfo, told)
  return len
end

local ports

-- listen() - at the ports of the preference
local function listen()
  local table = DissectorTable.get("udp.port")

  if ports then
    table:remove(ports, routehub)
  end
  ports = routehub.prefs.ports
  table:add(ports, routehub)
end

routehub.prefs_changed = listen
listen()
