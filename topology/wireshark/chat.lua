-- SPDX-License-Identifier: MIT
--
-- The wire between chat-server and its clients: lines of text over TCP, chat-server(1). A line ends
-- with a line feed; a carriage return in front of it is no part of it.
--
--   client 2                                              server
--      | <------------------------- you are client 2 LF     |   it has joined
--      | <------------------------- client 3 joined LF      |
--      |   hello LF ------------------------------------->  |   the others get "client 2: hello"
--      | <------------------------- client 3: hi yourself LF|
--      | <------------------------- client 3 left LF        |
--      |   exit LF -------------------------------------->  |
--
-- Who is told "the chat is full ...", "your line is too long ..." or "you were silent ..." is closed.
--
-- The server is the end with the port that this dissector was chosen for; a forwarder's can be added
-- to the preference, or chosen with "Decode As". What a client says bears no number on the wire: it
-- comes from the "you are client" of the same connection, where the capture has it. A last line
-- without an end is seen if it comes in one segment with the FIN.

if Dissector.get("chat") then
  return -- from another folder, the system's or the user's: twice would be an error
end

local chat = Proto("chat", "vethlab chat")

local field = {
  line = ProtoField.string("chat.line", "Line"),
  event = ProtoField.string("chat.event", "Event"),
  sender = ProtoField.uint32("chat.sender", "Client"),
  text = ProtoField.string("chat.text", "Text"),
  reason = ProtoField.string("chat.reason", "Reason"),
  limit = ProtoField.uint32("chat.limit", "Limit"),
}
chat.fields = field

local expert = {
  long = ProtoExpert.new("chat.long", "The line is longer than the server takes",
    expert.group.PROTOCOL, expert.severity.WARN),
  unknown = ProtoExpert.new("chat.unknown", "The server says no such line",
    expert.group.PROTOCOL, expert.severity.WARN),
  unclean = ProtoExpert.new("chat.unclean", "Not UTF-8, or control characters: others get '?' for them",
    expert.group.PROTOCOL, expert.severity.NOTE),
  unended = ProtoExpert.new("chat.unended", "The line has no end",
    expert.group.PROTOCOL, expert.severity.NOTE),
}
chat.experts = expert

chat.prefs.ports = Pref.range("TCP ports", "5000", "Of chat-server, and of forwarders in front of it", 65535)
chat.prefs.max_line = Pref.uint("Longest line", 65536, "In octets, without its end: --max-line of chat-server")

-- What the server says: the event, and what the number and the rest of the line are.
local SERVER_SAYS = {
  { "^you are client (%d+)$", "you are", "sender" },
  { "^client (%d+) joined$", "joined", "sender" },
  { "^client (%d+) left$", "left", "sender" },
  { "^client (%d+) left: (.*)$", "left", "sender", "reason" },
  { "^client (%d+): (.*)$", "said", "sender", "text" },
  { "^the chat is full %((%d+) clients%): come back later$", "full", "limit" },
  { "^your line is too long %(more than (%d+) octets%): goodbye$", "too long", "limit" },
  { "^you were silent for too long: goodbye$", "silent" },
}
local PREFIX_LEN = #"client 4294967295: "
local SHOWN_LINES, SHOWN_LEN = 4, 200 -- in the info column

local tcp_stream, tcp_fin = Field.new("tcp.stream"), Field.new("tcp.flags.fin")
local number_of = {} -- the client of each TCP stream

function chat.init()
  number_of = {}
end

-- clean() - for one line of the info column
local function clean(text)
  text = text:gsub("\t", " "):gsub("%c", "?"):gsub("\194[\128-\159]", "?")
  if #text > SHOWN_LEN then
    text = text:sub(1, SHOWN_LEN):gsub("[\192-\255][\128-\191]*$", "") .. "..."
  end
  return text
end

-- recognized() - a line of the server: the event, and {field, octet of the line, length} of its parts
local function recognized(line)
  for _, form in ipairs(SERVER_SAYS) do
    local pattern, event, number_is, rest_is = table.unpack(form)
    local found, _, number, rest = line:find(pattern)
    if found and (not number_is or tonumber(number) <= 0xffffffff) then
      local parts = {}
      if number_is then
        parts[1] = { number_is, line:find("%d") - 1, #number }
      end
      if rest_is then
        parts[2] = { rest_is, #line - #rest, #rest }
      end
      return event, parts
    end
  end
end

-- show_server_line() - returns what the info column says of it
local function show_server_line(tree, range, line, stream)
  local event, parts = recognized(line)

  if not event then
    tree:add_proto_expert_info(expert.unknown)
    return "server: " .. clean(range:string(ENC_UTF_8))
  end
  tree:add(field.event, event):set_generated()
  for _, part in ipairs(parts) do
    local name, at, len = table.unpack(part)
    if len == 0 then
      tree:add(field[name], "")
    elseif name == "text" or name == "reason" then
      tree:add_packet_field(field[name], range(at, len), ENC_UTF_8)
    else
      tree:add(field[name], range(at, len), tonumber(line:sub(at + 1, at + len)))
    end
  end
  if event == "you are" then
    number_of[stream] = tonumber(line:match("%d+"))
  end
  return clean(range:string(ENC_UTF_8))
end

-- show_client_line() - the same of what a client says
local function show_client_line(tree, range, line, stream)
  local number = number_of[stream]

  tree:add(field.event, line == "exit" and "exit" or "says"):set_generated()
  if number then
    tree:add(field.sender, number):set_generated()
  end
  tree:add_packet_field(field.text, range, ENC_UTF_8)
  return (number and "client " .. number or "client") .. " says: " .. clean(range:string(ENC_UTF_8))
end

local function is_unclean(range, line)
  return range:string(ENC_UTF_8) ~= line or line:find("[\0-\8\10-\31\127]") or line:find("\194[\128-\159]")
end

-- show_line() - `range` has its end with it, if it has one
local function show_line(tree, range, to_server, stream)
  local whole = range:raw()
  local line = whole:gsub("\n$", ""):gsub("\r$", "")
  local max = chat.prefs.max_line + (to_server and 0 or PREFIX_LEN)
  local content = range(0, #line)
  local item = tree:add_packet_field(field.line, content, ENC_UTF_8)

  item:set_len(range:len())
  if #line > max then
    item:add_proto_expert_info(expert.long, ("The line has %d octets, more than %d"):format(#line, max))
  end
  if is_unclean(content, line) then
    item:add_proto_expert_info(expert.unclean)
  end
  if whole:sub(-1) ~= "\n" then
    item:add_proto_expert_info(expert.unended)
  end
  return (to_server and show_client_line or show_server_line)(item, content, line, stream)
end

-- lines_of() - where each line of the segment begins, and its length; and where one begins whose end
-- has not come
local function lines_of(octets)
  local lines, at = {}, 1

  while at <= #octets do
    local stop = octets:find("\n", at, true)
    if not stop then
      return lines, at - 1
    end
    lines[#lines + 1] = { at - 1, stop - at + 1 }
    at = stop + 1
  end
  return lines, nil
end

-- may_wait() - for the end of a line: not when nothing more comes, nor for one that is too long already
local function may_wait(tvb, pinfo, len)
  local fin = tcp_fin()

  return pinfo.can_desegment > 0 and not (fin and fin.value) and tvb:len() == tvb:reported_len() and
    len <= chat.prefs.max_line + PREFIX_LEN + #"\r"
end

-- tell() - in the info column, behind what other lines of this frame have said there
local function tell(pinfo, told)
  local more = #told - SHOWN_LINES
  local text = table.concat(told, " | ", 1, math.min(#told, SHOWN_LINES))

  if more > 0 then
    text = text .. " | and " .. more .. " more"
  end
  pinfo.cols.protocol = "CHAT"
  pinfo.cols.info:set((pinfo.private.chat and " | " or "") .. text)
  pinfo.cols.info:fence()
  pinfo.private.chat = "told"
end

function chat.dissector(tvb, pinfo, tree)
  if tvb:len() == 0 then
    return 0
  end

  local stream = tcp_stream() and tcp_stream().value
  local to_server = pinfo.dst_port == pinfo.match_uint
  local lines, rest = lines_of(tvb:raw())

  if rest and may_wait(tvb, pinfo, tvb:len() - rest) then
    pinfo.desegment_offset = rest
    pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
  elseif rest then
    lines[#lines + 1] = { rest, tvb:len() - rest }
  end
  if #lines == 0 then
    return
  end

  local last = lines[#lines]
  local branch, told = tree:add(chat, tvb(0, last[1] + last[2])), {}

  for i, line in ipairs(lines) do
    told[i] = show_line(branch, tvb(line[1], line[2]), to_server, stream)
  end
  tell(pinfo, told)
end

local ports

-- listen() - at the ports of the preference
local function listen()
  local table = DissectorTable.get("tcp.port")

  if ports then
    table:remove(ports, chat)
  end
  ports = chat.prefs.ports
  table:add(ports, chat)
end

chat.prefs_changed = listen
listen()
