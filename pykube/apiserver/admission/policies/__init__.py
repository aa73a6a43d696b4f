"""ValidatingAdmissionPolicy and MutatingAdmissionPolicy: admission by CEL expressions that are objects themselves."""
