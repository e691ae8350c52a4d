// Runs veraPDF's own rules over files, without the part of it that reads its profile through JAXB, which the
// package that brings the library leaves out: the profile is read here instead.
// Arguments: a flavour (2a), then files. Prints "PASS file" or "FAIL file" and, per broken rule, "  clause message".
var pdfa = Packages.org.verapdf.pdfa;
var profiles = pdfa.validation.profiles.Profiles;
var java = Packages.java;
Packages.org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider.initialise();
var flavour = pdfa.flavours.PDFAFlavour.fromString(arguments[0]);
var specifications = java.lang.Class.forName("org.verapdf.pdfa.flavours.PDFAFlavour$Specification");

function all(node, tag) {
  var found = node.getElementsByTagName(tag);
  var list = [];
  for (var i = 0; i < found.getLength(); i++) list.push(found.item(i));
  return list;
}

function text(node, tag) {
  var found = all(node, tag);
  return found.length ? found[0].getTextContent() : null;
}

function rule(node) {
  var id = all(node, "id")[0];
  var specification = java.lang.Enum.valueOf(specifications, id.getAttribute("specification"));
  var deferred = node.getAttribute("deferred") == "true" ? java.lang.Boolean.TRUE : null;
  return profiles.ruleFromValues(
    profiles.ruleIdFromValues(specification, id.getAttribute("clause"), parseInt(id.getAttribute("testNumber"))),
    node.getAttribute("object"),
    deferred,
    "",
    text(node, "description"),
    text(node, "test"),
    profiles.errorFromValues(text(node, "message"), new java.util.ArrayList()),
    new java.util.ArrayList(),
  );
}

function profile(name) {
  var path = "org/verapdf/pdfa/validation/PDFA-" + name.toUpperCase() + ".xml";
  var source = java.lang.ClassLoader.getSystemResourceAsStream(path);
  var tree = Packages.javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(source);
  var rules = new java.util.HashSet();
  var variables = new java.util.HashSet();
  all(tree, "rule").forEach(function (node) {
    rules.add(rule(node));
  });
  all(tree, "variable").forEach(function (node) {
    variables.add(
      profiles.variableFromValues(
        node.getAttribute("name"),
        node.getAttribute("object"),
        text(node, "defaultValue"),
        text(node, "value"),
      ),
    );
  });
  var details = profiles.profileDetailsFromValues(name, name, "veraPDF", new java.util.Date(0));
  return profiles.profileFromValues(flavour, details, "", rules, variables);
}

var wanted = profile(String(arguments[0]));
for (var i = 1; i < arguments.length; i++) {
  var parser = pdfa.Foundries.defaultInstance().createParser(new java.io.File(arguments[i]), flavour);
  var result = pdfa.Foundries.defaultInstance().createValidator(wanted, false).validate(parser);
  print((result.isCompliant() ? "PASS " : "FAIL ") + arguments[i]);
  var broken = result.getTestAssertions().iterator();
  while (broken.hasNext()) {
    var one = broken.next();
    print("  " + one.getRuleId().getClause() + " " + one.getMessage());
  }
  parser.close();
}
