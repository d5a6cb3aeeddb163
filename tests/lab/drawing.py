# SPDX-License-Identifier: MIT
"""A picture of a lab, judged from outside: what stands where is held against the lab file.

drawing.py FORMAT [FILE.yml PICTURE]...     svg, text, dot or mermaid: what is wrong, a line each; the
                                            status is 1 if anything is
drawing.py text:COLUMNS ...                 the same for a text of that width
drawing.py looks PICTURE.svg                the colour of each box and of each line that is not plain
drawing.py contrast PICTURE.svg             ink that is too near its paper, in light or dark
"""

import math
import re
import sys
import xml.etree.ElementTree as xml

import yaml

COLUMN, ROW = 8, 18  # a character's room, in pixels
MARGIN = 14  # around it
TOUCH = 1.0  # so near is there, in pixels
NEAR = 30  # so near to its line is a label
SVG = "{http://www.w3.org/2000/svg}"


# ---------------------------------------------------------------- what the file says


class Lab:
    """lans: their labels; ends: (node, interface) -> (wire, what stands behind the interface's name)"""

    def __init__(self, file):
        with open(file, encoding="utf-8") as stream:
            data = yaml.load(stream, yaml.BaseLoader)
        self.lans, self.subnets, self.ends, self.nodes = {}, {}, {}, []
        for name, lan in (data.get("lans") or {}).items():
            self.add_lan(name, lan)
        defaults = data.get("defaults") or {}
        for name, node in data["nodes"].items():
            self.add_node(name, node or {}, defaults)
        for number, link in enumerate(data.get("links") or []):
            ends = link["ends"] if isinstance(link, dict) else link[:2]
            for node, _, iface in (end.partition(":") for end in ends):
                if node not in self.nodes and data["nodes"].get(node + "1"):
                    continue
                _, address = self.ends.get((node, iface), (None, None))
                self.ends[node, iface] = ("%d" % number, address)

    def add_lan(self, name, lan):
        subnets = lan.get("subnet", "?") if isinstance(lan, dict) else lan or "?"
        subnets = [] if subnets == "none" else [subnets] if isinstance(subnets, str) else subnets
        hub = isinstance(lan, dict) and lan.get("kind") == "hub"
        self.subnets[name] = subnets
        self.lans[name] = " ".join([name, *subnets]) + " (hub)" * hub

    def add_node(self, name, node, defaults):
        count = int(node.get("count", 0))
        for each in ["%s%d" % (name, i + 1) for i in range(count)] or [name]:
            self.nodes.append(each)
            ifaces = node.get("interfaces") or {}
            if "lan" in node:
                ifaces = {"eth0": {"lan": node["lan"], "ip": node.get("ip")}}
            for iface, its in ifaces.items():
                its = {"lan": its} if isinstance(its, str) else its or {}
                self.ends[each, iface] = (its.get("lan"), self.address(its.get("lan"), its.get("ip")))

    def address(self, lan, ip):
        """As the picture has it; None: planned."""
        ip = ip[0] if isinstance(ip, list) else ip
        if ip in (None, "none", "dhcp"):
            return "" if ip == "none" or lan in self.subnets and not self.subnets[lan] else ip
        ip = ip.partition("/")[0]
        lengths = [int(s.partition("/")[2]) for s in self.subnets.get(lan, []) if "." in s]
        return ip[ip.rindex("."):] if "." in ip and lengths and lengths[0] >= 24 else ip

    def has_circle(self):
        """Is there a way from a node to itself that takes no wire twice?"""
        leader = {}

        def find(x):
            while leader.setdefault(x, x) != x:
                x = leader[x]
            return x

        for (node, _), (wire, _) in self.ends.items():
            one, other = find("node " + node), find("wire " + wire)
            if one == other:
                return True
            leader[one] = other
        return False

    def label_fits(self, node, iface, text):
        wire, address = self.ends[node, iface]
        if address is None:
            return re.fullmatch(re.escape(iface) + r" (\.\d+|\d+\.\d+\.\d+\.\d+|[0-9a-f:]*:[0-9a-f:.]*)", text)
        return text == (iface + " " + address).strip()


# ---------------------------------------------------------------- what the drawing has


class Box:
    def __init__(self, left, top, width, height, text=""):
        self.left, self.top, self.right, self.bottom, self.text = left, top, left + width, top + height, text

    def overlaps(self, other):
        return (self.left < other.right - 0.1 and other.left < self.right - 0.1 and
                self.top < other.bottom - 0.1 and other.top < self.bottom - 0.1)

    def distance(self, x, y):
        return math.hypot(max(self.left - x, 0, x - self.right), max(self.top - y, 0, y - self.bottom))

    def __str__(self):
        return "'%s' at %.0f,%.0f" % (self.text, self.left, self.top)


class Line:
    def __init__(self, element):
        self.x1, self.y1, self.x2, self.y2 = (float(element.get(k)) for k in ("x1", "y1", "x2", "y2"))

    def crosses(self, box, by=TOUCH):
        """Is a part of it inside the box (Liang and Barsky)?"""
        begin, end = 0.0, 1.0
        for at, way, low, high in ((self.x1, self.x2 - self.x1, box.left + by, box.right - by),
                                   (self.y1, self.y2 - self.y1, box.top + by, box.bottom - by)):
            if way == 0:
                if not low < at < high:
                    return False
                continue
            one, two = sorted(((low - at) / way, (high - at) / way))
            begin, end = max(begin, one), min(end, two)
        return begin < end

    def distance(self, x, y):
        dx, dy = self.x2 - self.x1, self.y2 - self.y1
        length = dx * dx + dy * dy
        part = min(max(((x - self.x1) * dx + (y - self.y1) * dy) / length, 0), 1) if length else 0
        return math.hypot(self.x1 + part * dx - x, self.y1 + part * dy - y)

    def distance_to_box(self, box):
        if self.crosses(box, 0):
            return 0
        corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        return min([self.distance(*c) for c in corners] +
                   [box.distance(self.x1, self.y1), box.distance(self.x2, self.y2)])

    def __str__(self):
        return "line %.0f,%.0f to %.0f,%.0f" % (self.x1, self.y1, self.x2, self.y2)


class Drawing:
    def __init__(self, file):
        root = xml.parse(file).getroot()
        self.room = Box(*map(float, root.get("viewBox").split()))
        self.boxes, self.labels, self.bars, self.lines = [], [], [], []
        grounds = []
        for e in root.iter():
            words = (e.get("class") or "").split()
            if e.tag == SVG + "rect" and "page" not in words:
                box = Box(*(float(e.get(k)) for k in ("x", "y", "width", "height")))
                (grounds if "ground" in words else self.boxes).append(box)
            elif e.tag == SVG + "line":
                (self.bars if "bar" in words else self.lines).append(Line(e))
            elif e.tag == SVG + "text":
                width = COLUMN * len(e.text)
                middle = float(e.get("y")) - 4.5
                self.labels.append(Box(float(e.get("x")) - width / 2, middle - ROW / 2, width, ROW, e.text))
        self.name_boxes()

    def name_boxes(self):
        for box in self.boxes:
            inside = [t for t in self.labels if box.overlaps(t)]
            for text in inside:
                box.text = (box.text + " " + text.text).strip()
            self.labels = [t for t in self.labels if t not in inside]


def overlaps(boxes):
    boxes = sorted(boxes, key=lambda b: b.left)
    for i, a in enumerate(boxes):
        for b in boxes[i + 1:]:
            if b.left >= a.right:
                break
            if a.overlaps(b):
                yield a, b


# ---------------------------------------------------------------- one against the other


def match(wanted, found, fits):
    """Each of what is wanted gets one of what was found: those that get none (Kuhn)."""
    owner = {}

    def settle(i, tried):
        for k in range(len(found)):
            if k in tried or not fits(wanted[i], found[k]):
                continue
            tried.add(k)
            if k not in owner or settle(owner[k], tried):
                owner[k] = i
                return True
        return False

    return [wanted[i] for i in range(len(wanted)) if not settle(i, set())]


class Judge:
    def __init__(self, lab, drawing):
        self.lab, self.drawing, self.faults = lab, drawing, []
        self.box_of = {b.text: b for b in drawing.boxes}
        self.bars_of = {}

    def fault(self, text, *args):
        self.faults.append(text % args)

    def all(self):
        self.judge_room()
        self.judge_names()
        if not self.faults:
            self.find_bars()
            self.judge_lines()
            self.judge_labels()
        return self.faults

    def is_tree(self):
        """A tree stands on a grid of characters."""
        return all(abs((l.x1 - MARGIN) / COLUMN % 1 - 0.5) < 0.02 and l.x1 == l.x2 for l in self.drawing.lines)

    def judge_room(self):
        d = self.drawing
        for a, b in overlaps(d.boxes + d.labels):
            self.fault("%s and %s overlap", a, b)
        for box in d.boxes + d.labels:
            if box.left < 0 or box.top < 0 or box.right > d.room.right or box.bottom > d.room.bottom:
                self.fault("%s is outside", box)
        for line in d.lines + d.bars:
            for x, y in (line.x1, line.y1), (line.x2, line.y2):
                if not (0 <= x <= d.room.right and 0 <= y <= d.room.bottom):
                    self.fault("%s is outside", line)

    def judge_names(self):
        names = sorted(b.text for b in self.drawing.boxes)
        if names != sorted(self.lab.nodes):
            self.fault("nodes are %s", " ".join(names))
        missing = match(list(self.lab.lans.values()), self.drawing.labels, lambda want, label: self.is_lan(want, label.text))
        for lan in missing:
            self.fault("no LAN %s", lan)
        ends = [t for t in self.drawing.labels if not any(self.is_lan(l, t.text) for l in self.lab.lans.values())]
        if len(ends) != len(self.lab.ends):
            self.fault("%d labels, not %d: %s", len(ends), len(self.lab.ends), " | ".join(sorted(t.text for t in ends)))

    @staticmethod
    def is_lan(want, text):
        return re.fullmatch(re.escape(want).replace(r"\?", r"[0-9.]+/\d+"), text)

    def find_bars(self):
        """A LAN has the bar that is the nearest to its label, and those that hang together with it."""
        parts = []
        for bar in self.drawing.bars:
            touching = [p for p in parts if any(self.meet(bar, b) for b in p)]
            parts = [p for p in parts if p not in touching] + [sum(touching, []) + [bar]]
        for name, want in self.lab.lans.items():
            label = next(t for t in self.drawing.labels if self.is_lan(want, t.text))
            self.bars_of[name] = min(parts, key=lambda p: min(b.distance_to_box(label) for b in p))
        if len(parts) != len(self.lab.lans) or len({id(p) for p in self.bars_of.values()}) != len(parts):
            self.fault("%d bars for %d LANs", len(parts), len(self.lab.lans))

    @staticmethod
    def meet(a, b):
        return min(a.distance(b.x1, b.y1), a.distance(b.x2, b.y2), b.distance(a.x1, a.y1), b.distance(a.x2, a.y2)) < TOUCH

    def there(self, x, y):
        """The nodes and LANs that are at this point."""
        found = {name for name, box in self.box_of.items() if box.distance(x, y) < TOUCH}
        return found | {"LAN " + n for n, bars in self.bars_of.items() if any(b.distance(x, y) < TOUCH for b in bars)}

    def judge_lines(self):
        """Each line joins the two that it should, and each two that should be joined are."""
        wires, wanted = {}, []
        for (node, _), (wire, _) in self.lab.ends.items():
            if wire in self.lab.lans:
                wanted.append((node, "LAN " + wire))
            else:
                wires.setdefault(wire, []).append(node)
        loops = [nodes[0] for nodes in wires.values() if nodes[0] == nodes[1]]
        wanted += [tuple(nodes) for nodes in wires.values() if nodes[0] != nodes[1]]
        found = [(line, self.there(line.x1, line.y1), self.there(line.x2, line.y2)) for line in self.drawing.lines]
        for pair in match(wanted, found, lambda w, f: w[0] in f[1] and w[1] in f[2] or w[1] in f[1] and w[0] in f[2]):
            self.fault("no line from %s to %s", *pair)
        if len(found) != len(wanted) + 2 * len(loops):
            self.fault("%d lines, not %d", len(found), len(wanted) + 2 * len(loops))
        for line, one, two in found:
            if len(one) == 1 and one <= set(loops) and not two:
                continue  # half of a loop: it comes back to its node
            if len(one) != 1 or len(two) != 1:
                self.fault("%s is from %s to %s", line, " and ".join(sorted(one)) or "nowhere",
                           " and ".join(sorted(two)) or "nowhere")
        if self.lab.lans and not self.lab.has_circle() and not self.is_tree():
            self.fault("this should be a tree")
        if self.is_tree():
            for line in self.drawing.lines + self.drawing.bars:
                for box in self.drawing.boxes + self.drawing.labels:
                    if line.crosses(box):
                        self.fault("%s crosses %s", line, box)

    def judge_labels(self):
        """Each end has its label, near a line at its node and not at another's end."""
        near = {}
        for node, box in self.box_of.items():
            lines = [l for l in self.drawing.lines if min(box.distance(l.x1, l.y1), box.distance(l.x2, l.y2)) < TOUCH]
            near[node] = {id(t) for t in self.drawing.labels if any(l.distance_to_box(t) < NEAR for l in lines)}
        missing = match(list(self.lab.ends), self.drawing.labels,
                        lambda end, t: id(t) in near[end[0]] and self.lab.label_fits(*end, t.text))
        for node, iface in missing:
            self.fault("no label of %s:%s (%s)", node, iface, self.lab.ends[node, iface])


def judge_svg(lab, picture):
    return Judge(lab, Drawing(picture)).all()


# ---------------------------------------------------------------- texts


def read(file):
    with open(file, encoding="utf-8") as stream:
        return stream.read()


def folded(text):
    """The nodes that "pc1 .. pc9" stands for."""
    for first, stem, low, last, high in re.findall(r"(([a-z0-9-]*?)(\d+)) \.\. (\2(\d+))", text):
        assert first + last
        yield from ("%s%d" % (stem, i) for i in range(int(low), int(high) + 1))


def judge_text(lab, picture, columns=100):
    text = read(picture)
    words = set(re.findall(r"[a-z0-9-]+", text)) | set(folded(text))
    for line in text.splitlines():
        if len(line) > columns:
            yield "%d columns: %s" % (len(line), line)
        if line != line.rstrip():
            yield "blanks at the end: '%s'" % line
    for name in [*lab.nodes, *lab.lans]:
        if name not in words:
            yield "no %s" % name
    if not text.isascii() and re.search(r"[^\x00-\x7f─-╿]", text):
        yield "other characters than frames"


def judge_dot(lab, picture):
    """Graphviz's own grammar, as far as a graph without subgraphs and ports needs it."""
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|\w+|--|[{}\[\];,=]|\S', read(picture))
    ident = r'(?:"(?:[^"\\]|\\.)*"|\w+)'
    attrs = r" (?:\[ (?:%s = %s (?:[,;] )?)*\] )*" % (ident, ident)
    statement = r"(?:%s(?: -- %s)*%s; )" % (ident, ident, attrs)
    text = " ".join(tokens) + " "
    if not re.fullmatch(r"graph %s { %s*} " % (ident, statement), text):
        yield "that is no dot"
    edges = re.findall(r'("[^"]*") -- ("[^"]*") ', text)
    nodes = [n.strip('"') for n in re.findall(r'[{;] ("[^"]*")', text)]
    yield from judge_graph(lab, nodes, edges, read(picture))


def judge_mermaid(lab, picture):
    lines = read(picture).splitlines()
    if not re.fullmatch("(graph|flowchart) (TD|TB|LR)", lines[0]):
        yield "that is no mermaid: " + lines[0]
    edges, names = [], {}
    for line in lines[1:]:
        node = re.fullmatch(r'\s*(\w+)(?:\["([^"]*)"\]|\("([^"]*)"\)|\[\["([^"]*)"\]\])', line)
        edge = re.fullmatch(r'\s*(\w+) ---\|"[^"|]*"\| (\w+)', line)
        color = re.fullmatch(r"\s*(?:style (\w+)|linkStyle (\d+)) stroke:#[0-9a-f]{6}", line)
        if node:
            names[node[1]] = node[2] or node[3] or node[4]
        elif edge:
            edges.append(edge.groups())
            for end in edge.groups():
                if end not in names:
                    yield "no node " + end
        elif color and (color[1] in names if color[2] is None else int(color[2]) < len(edges)):
            continue
        else:
            yield "that is no mermaid: " + line
    yield from judge_graph(lab, names.values(), edges, read(picture))


def judge_graph(lab, nodes, edges, text):
    for name in lab.nodes:
        if name not in nodes:
            yield "no " + name
    for lan in lab.lans:
        if lan not in re.findall(r"[a-z0-9-]+", text):
            yield "no " + lan
    cables = sum(wire not in lab.lans for wire, _ in lab.ends.values()) // 2
    if len(edges) != len(lab.ends) - cables:
        yield "%d lines, not %d" % (len(edges), len(lab.ends) - cables)
    for (node, iface), (_, address) in lab.ends.items():
        want = re.escape((iface + " " + address).strip()) if address is not None else re.escape(iface) + r" [0-9a-f.:]+"
        if not re.search(r"\b%s\b" % want, text):
            yield "no %s of %s" % (iface, node)


# ---------------------------------------------------------------- colours


class Style:
    """The style sheet of a picture, as far as it goes: classes and elements, in light and in dark."""

    def __init__(self, file):
        self.root = xml.parse(file).getroot()
        light, _, dark = self.root.find(SVG + "style").text.partition("@media (prefers-color-scheme: dark) {")
        self.rules = {"light": self.read(light), "dark": self.read(light) + self.read(dark)}

    @staticmethod
    def read(text):
        return [(selector.strip(), dict(p.split(":", 1) for p in re.sub(r"\s", "", body).split(";") if p))
                for selector, body in re.findall(r"([^{}]+){([^{}]*)}", text)]

    def of(self, theme, what, tag, classes=""):
        """What the sheet says, or None: the rule with the most classes, and of these the last."""
        best, value = -1, None
        for selector, props in self.rules[theme]:
            element, *wanted = selector.split(".")
            if what in props and element in ("", tag) and set(wanted) <= set(classes.split()) and len(wanted) >= best:
                best, value = len(wanted), props[what]
        return value


def looks(file):
    style, drawing = Style(file), Drawing(file)
    elements = [e for e in style.root.iter(SVG + "rect") if "box" in e.get("class").split()]
    for box, e in zip(drawing.boxes, elements, strict=True):
        print("box", box.text, style.of("light", "stroke", "rect", e.get("class")))
    plain = {style.of("light", "stroke", "line", kind) for kind in ("line", "bar")}
    for e in style.root.iter(SVG + "line"):
        colour = style.of("light", "stroke", "line", e.get("class"))
        if colour not in plain:
            print("bar" if "bar" in e.get("class") else "line", colour)


def light_of(colour):
    if len(colour) == 4:
        colour = "#" + "".join(2 * c for c in colour[1:])
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(file):
    """WCAG: words 4.5 to 1, all else 3 to 1."""
    style = Style(file)
    for theme in "light", "dark":
        paper = style.of(theme, "fill", "rect", "page")
        boxes = {style.of(theme, "fill", "rect", c) for c in ("box", "box router")}
        inks = [(style.of(theme, "fill", "text", c), p, 4.5, c) for c in ("end", "end dhcp", "lan") for p in (paper,)]
        inks += [(style.of(theme, "fill", "text", "name"), p, 4.5, "name") for p in boxes]
        for look in "", " good", " waiting", " bad":
            inks += [(style.of(theme, "stroke", t, c + look), paper, 3, c + look)
                     for t, c in (("line", "line"), ("line", "bar"), ("rect", "box"), ("rect", "box router"))]
        for ink, ground, least, what in inks:
            one, other = sorted((light_of(ink), light_of(ground)))
            if (other + 0.05) / (one + 0.05) < least:
                print("%s, %s: %s on %s is %.1f, not %.1f" % (theme, what, ink, ground, (other + 0.05) / (one + 0.05), least))


def main():
    form, _, columns = sys.argv[1].partition(":")
    if form in ("looks", "contrast"):
        globals()[form](sys.argv[2])
        return
    judge = globals()["judge_" + form]
    more, status = [int(columns)] if columns else [], 0
    for file, picture in zip(sys.argv[2::2], sys.argv[3::2], strict=True):
        for fault in list(judge(Lab(file), picture, *more))[:20]:
            status = print("%s: %s" % (picture, fault)) or 1
    sys.exit(status)


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    main()
