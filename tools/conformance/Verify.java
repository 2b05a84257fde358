// Runs the veraPDF engine over files. Arguments: profile=path, with profiles such as PDFUA_1 and PDFA_3_A.
// Prints one line for each file: profile, verdict, number of assertions, path, and what failed; parts divided by tabs.

import java.io.File;
import java.util.stream.Collectors;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;

public class Verify {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String argument : arguments) {
            int sign = argument.indexOf('=');
            verify(PDFAFlavour.valueOf(argument.substring(0, sign)), new File(argument.substring(sign + 1)));
        }
    }

    private static void verify(PDFAFlavour profile, File file) throws Exception {
        PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false);
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, profile)) {
            ValidationResult result = validator.validate(parser);
            String failed = result.getTestAssertions().stream()
                .map(each -> each.getRuleId().getClause() + ": " + each.getMessage().replaceAll("\\s+", " "))
                .distinct()
                .collect(Collectors.joining("; "));
            String verdict = result.isCompliant() ? "pass" : "fail";
            System.out.println(String.join(
                "\t", profile.name(), verdict, String.valueOf(result.getTotalAssertions()), file.getPath(), failed));
        }
    }
}
