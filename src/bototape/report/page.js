"use strict";
(() => {
  // Whatever the data holds becomes text nodes: nothing here writes markup.
  const PAGE = 200;
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const list = at("findings");
  const picked = new Set(data.severities.map(([name]) => name).filter((name) => name !== "neutral"));
  let limit = PAGE;

  const made = (tag, text, kind) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  };

  const boxes = data.severities.map(([name, count]) => {
    const label = made("label", "", name);
    const box = made("input");
    Object.assign(box, { type: "checkbox", name: "severity", value: name, defaultChecked: picked.has(name) });
    label.append(box, ` ${name} (${count})`);
    at("severities").append(label);
    return box;
  });
  data.groups.forEach((name, index) => {
    const option = made("option", name);
    option.value = String(index);
    at("group").append(option);
  });

  const haystacks = data.findings.map((each) =>
    [each.where, each.message, each.rule, each.fingerprint, each.reason || ""].join("\n").toLowerCase());

  const matching = () => {
    const severities = new Set(boxes.filter((each) => each.checked).map((each) => each.value));
    const group = at("group").value;
    const words = at("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    return data.findings.filter((each, index) =>
      severities.has(each.severity) &&
      (group === "" || each.group === Number(group)) &&
      words.every((word) => haystacks[index].includes(word)));
  };

  const described = (each) => {
    const rows = made("dl");
    const row = (name, value) => { if (value) rows.append(made("dt", name), made("dd", value)); };
    row("ignored because", each.reason);
    row("why", data.advice[each.rule]);
    Object.entries(each.evidence).forEach(([name, value]) => { if (name !== "fingerprint") row(name, value); });
    row("fingerprint", each.fingerprint);
    return rows;
  };

  const shownAs = (each) => {
    const details = made("details", "", each.reason === undefined ? "finding" : "finding ignored");
    const summary = made("summary");
    summary.append(made("span", each.severity, `severity ${each.severity}`), made("code", each.where));
    const message = made("span", each.message, "message");
    message.append(" ", made("code", each.rule, "rule"));
    summary.append(message);
    details.append(summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(described(each));
    });
    return details;
  };

  const render = () => {
    const found = matching();
    const page = document.createDocumentFragment();
    let group, item;
    found.slice(0, limit).forEach((each) => {
      if (each.group !== group) page.append(made("h2", data.groups[each.group]));
      if (each.item && (each.group !== group || each.item !== item)) page.append(made("h3", each.item));
      ({ group, item } = each);
      page.append(shownAs(each));
    });
    if (found.length > limit) {
      const more = made("button", `Show ${Math.min(PAGE, found.length - limit)} more of ${found.length - limit}`);
      Object.assign(more, { id: "more", type: "button" });
      more.addEventListener("click", () => { limit += PAGE; render(); });
      page.append(more);
    }
    list.replaceChildren(page);
    at("shown").value = `${found.length} of ${data.findings.length} findings`;
  };

  const refresh = () => { limit = PAGE; render(); };
  at("filters").addEventListener("input", refresh);
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("filters").addEventListener("reset", () => setTimeout(refresh));
  render();
})();
