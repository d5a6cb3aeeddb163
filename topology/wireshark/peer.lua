-- SPDX-License-Identifier: MIT
--
-- The datagrams between two programs `peer`, by UDP: peer(1), DATAGRAMS. All numbers are in network
-- byte order.
--
--    0                   1                   2                   3
--    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
--   +-------------------------------+---------------+---------------+
--   |        magic 0x7670           |     type      |     flags     |
--   +-------------------------------+---------------+---------------+
--   |                      session of the sender                    |
--   |                      session of the receiver                  |
--   |                      sequence number                          |
--   |                      the next one it expects                  |
--   |                      client number at the chat server         |
--   +---------------------------------------------------------------+
--   |                      text ...                                 |
--
-- The users choose the ports. So datagrams are known by their port if the preference has it, and by
-- their magic at any other. What does not begin with the magic is left to others.

if Dissector.get("peer") then
  return -- from another folder, the system's or the user's: twice would be an error
end

local peer = Proto("peer", "vethlab peer")

local MAGIC, HEADER_LEN, MAX_LEN = 0x7670, 24, 1472
local HELLO, TEXT, BYE, ACK = 1, 2, 3, 4
local NAMES = { [HELLO] = "HELLO", [TEXT] = "TEXT", [BYE] = "BYE", [ACK] = "ACK" }
local MORE, OTHER_FLAGS = 0x01, 0xfe

local field = {
  magic = ProtoField.uint16("peer.magic", "Magic", base.HEX),
  type = ProtoField.uint8("peer.type", "Type", base.DEC, NAMES),
  flags = ProtoField.uint8("peer.flags", "Flags", base.HEX),
  more = ProtoField.bool("peer.flags.more", "The line goes on in the next datagram", 8, nil, MORE),
  other = ProtoField.uint8("peer.flags.other", "Other flags", base.HEX, nil, OTHER_FLAGS),
  from = ProtoField.uint32("peer.from", "Session of the sender", base.HEX),
  to = ProtoField.uint32("peer.to", "Session of the receiver", base.HEX),
  seq = ProtoField.uint32("peer.seq", "Sequence number"),
  ack = ProtoField.uint32("peer.ack", "Next expected"),
  client = ProtoField.uint32("peer.client", "Client at the chat server"),
  text = ProtoField.string("peer.text", "Text"),
  first = ProtoField.framenum("peer.first", "First sent in"),
}
peer.fields = field

local expert = {
  length = ProtoExpert.new("peer.bad_length", "Wrong length", expert.group.PROTOCOL, expert.severity.ERROR),
  type = ProtoExpert.new("peer.bad_type", "Unknown type", expert.group.PROTOCOL, expert.severity.WARN),
  flags = ProtoExpert.new("peer.bad_flags", "Flags that do not exist", expert.group.PROTOCOL, expert.severity.WARN),
  session = ProtoExpert.new("peer.no_session", "No session of the sender", expert.group.PROTOCOL,
    expert.severity.WARN),
  again = ProtoExpert.new("peer.again", "Sent again", expert.group.SEQUENCE, expert.severity.NOTE),
}
peer.experts = expert

peer.prefs.ports = Pref.range("UDP ports", "7000", "Where `peer` is expected; elsewhere it is found by its magic",
  65535)

local SHOWN_LEN = 200 -- of the text, in the info column

local interface = Field.new("frame.interface_id")
local first_frame, again_of = {}, {} -- of what is in sequence: where it was sent first; frame to that frame

function peer.init()
  first_frame, again_of = {}, {}
end

-- clean() - for one line of the info column
local function clean(text)
  text = text:gsub("\t", " "):gsub("%c", "?"):gsub("\194[\128-\159]", "?")
  if #text > SHOWN_LEN then
    text = text:sub(1, SHOWN_LEN):gsub("[\192-\255][\128-\191]*$", "") .. "..."
  end
  return text
end

local function session_name(session)
  return session == 0 and "?" or ("%08x"):format(session)
end

-- header_of() - the fields of a whole header, as numbers
local function header_of(tvb)
  return {
    type = tvb(2, 1):uint(),
    flags = tvb(3, 1):uint(),
    from = tvb(4, 4):uint(),
    to = tvb(8, 4):uint(),
    seq = tvb(12, 4):uint(),
    ack = tvb(16, 4):uint(),
    client = tvb(20, 4):uint(),
  }
end

-- show_header() - what there is of it: the capture may have cut it off
local function show_header(tree, tvb)
  local at = 0

  for _, f in ipairs({ { field.magic, 2 }, { field.type, 1 }, { field.flags, 1 }, { field.from, 4 },
    { field.to, 4 }, { field.seq, 4 }, { field.ack, 4 }, { field.client, 4 } }) do
    local what, len = f[1], f[2]
    if at + len > tvb:len() then
      return
    end
    local item = tree:add(what, tvb(at, len))
    if what == field.flags then
      item:add(field.more, tvb(at, len))
      item:add(field.other, tvb(at, len))
    end
    at = at + len
  end
end

-- check() - what a peer drops
local function check(tree, header)
  if not NAMES[header.type] then
    tree:add_proto_expert_info(expert.type, ("Unknown type %d"):format(header.type))
  end
  if header.flags > MORE then
    tree:add_proto_expert_info(expert.flags)
  end
  if header.from == 0 then
    tree:add_proto_expert_info(expert.session)
  end
end

-- note_again() - TEXT and BYE have their own number: is this one known? Each interface of the capture
-- sees for itself.
local function note_again(tree, pinfo, header)
  if header.type ~= TEXT and header.type ~= BYE then
    return
  end
  if not pinfo.visited and not pinfo.in_error_pkt then
    local key = ("%s %x %x %x"):format(interface() and interface().value or "", header.from, header.to, header.seq)
    again_of[pinfo.number] = first_frame[key]
    first_frame[key] = first_frame[key] or pinfo.number
  end
  if again_of[pinfo.number] then
    tree:add(field.first, again_of[pinfo.number]):set_generated()
    tree:add_proto_expert_info(expert.again)
  end
end

-- summary() - for the info column
local function summary(header, text)
  local name = NAMES[header.type] or ("type %d"):format(header.type)

  if header.type == TEXT then
    local goes_on = header.flags % 2 == MORE and " (goes on)" or ""
    return ("%s %u: %s%s"):format(name, header.seq, clean(text), goes_on)
  elseif header.type == BYE then
    return ("%s %u"):format(name, header.seq)
  elseif header.type == ACK then
    return ("%s, expects %u"):format(name, header.ack)
  end
  return ("%s from %s to %s%s"):format(name, session_name(header.from), session_name(header.to),
    header.client ~= 0 and ", client " .. header.client or "")
end

local function is_ours(tvb)
  return tvb:len() >= 2 and tvb(0, 2):uint() == MAGIC
end

function peer.dissector(tvb, pinfo, tree)
  if not is_ours(tvb) then
    return 0
  end

  local branch, len = tree:add(peer, tvb()), tvb:reported_len()

  pinfo.cols.protocol = "PEER"
  show_header(branch, tvb)
  if len < HEADER_LEN or len > MAX_LEN then
    branch:add_proto_expert_info(expert.length,
      ("Wrong length: %d octets, not %d to %d"):format(len, HEADER_LEN, MAX_LEN))
  end
  if tvb:len() < HEADER_LEN then
    pinfo.cols.info = ("%d octets of a datagram"):format(tvb:len())
    return tvb:len()
  end

  local header, text = header_of(tvb), tvb(HEADER_LEN)

  check(branch, header)
  note_again(branch, pinfo, header)
  if text:len() > 0 then
    branch:add_packet_field(field.text, text, ENC_UTF_8)
  end
  pinfo.cols.info = summary(header, text:string(ENC_UTF_8))
  return tvb:len()
end

-- At other ports: enough of the header has to be right that it is no accident.
local function found_by_magic(tvb, pinfo, tree)
  if not is_ours(tvb) or tvb:len() < HEADER_LEN or not NAMES[tvb(2, 1):uint()] then
    return false
  end
  peer.dissector(tvb, pinfo, tree)
  return true
end

peer:register_heuristic("udp", found_by_magic)

local ports

-- listen() - at the ports of the preference
local function listen()
  local table = DissectorTable.get("udp.port")

  if ports then
    table:remove(ports, peer)
  end
  ports = peer.prefs.ports
  table:add(ports, peer)
end

peer.prefs_changed = listen
listen()
