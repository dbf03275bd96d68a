"use strict";

const make = (name, text, ...children) => {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
};

const typesOf = (content) => Object.keys(content ?? {}).join(", ");

const rowOf = ([status, response]) =>
  make("tr", "", make("td", status), make("td", response.description), make("td", typesOf(response.content)));

const showOperation = (path, method, operation) => {
  const head = make("tr", "", ...["Status", "Meaning", "Content type"].map((name) => make("th", name)));
  const parts = [
    make("h3", "", make("code", `${method.toUpperCase()} ${path}`)),
    make("p", operation.description ?? operation.summary),
  ];
  if (operation.security) parts.push(make("p", "Needs a key in the header X-API-Key."));
  if (operation.requestBody) parts.push(make("p", `Body: ${typesOf(operation.requestBody.content)}`));
  parts.push(make("table", "", make("thead", "", head), make("tbody", "", ...Object.entries(operation.responses).map(rowOf))));
  return parts;
};

const showInterface = async () => {
  const place = document.getElementById("operations");
  const api = await (await fetch("/openapi.json")).json();
  place.append(make("h2", "Operations"));
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) place.append(...showOperation(path, method, operation));
  place.append(make("h2", "Types"));
  for (const [name, schema] of Object.entries(api.components.schemas))
    place.append(make("details", "", make("summary", name), make("pre", JSON.stringify(schema, null, 2))));
};

const predict = async (event) => {
  event.preventDefault();
  const photo = document.getElementById("photo").files[0];
  const answer = document.getElementById("answer");
  const response = await fetch("/v1/predictions", {
    method: "POST",
    headers: { "X-API-Key": document.getElementById("key").value, "Content-Type": photo.type || "image/*" },
    body: photo,
  });
  answer.textContent = JSON.stringify(await response.json(), null, 2);
  answer.hidden = false;
};

document.getElementById("origin").textContent = location.origin;
document.getElementById("form").addEventListener("submit", predict);
showInterface();
